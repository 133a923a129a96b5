import { describe, expect, it } from "vitest";
import { feature, reason, tie } from "./reasons.ts";

const models = import.meta.glob<string>("../../../models/{email,network,saas}/*.yaml", { query: "?raw", import: "default", eager: true });
const analysis = import.meta.glob<string>("../../../crates/indicators/src/{scorer,finding}.rs", { query: "?raw", import: "default", eager: true });

describe("reasons", () => {
  it.each([
    ["AS64999 (never before)", "AS64999（初めて）"],
    ["a (b) (12 times before)", "a (b)（これまでに 12 回）"],
    ["usually DE", "通常は DE"],
    ["901 a day", "1 日 901 件"],
    ["60 contacts, usually 300 s apart", "通信 60 回、間隔は通常 300 秒"],
    ["x.example (touched by 0 of 60 before)", "x.example（以前の接触は 60 のうち 0）"],
    ["SaaS/Access/X (9.7 bits) within 72 h before", "直前 72 時間以内に SaaS/Access/X（9.7 ビット）"],
    ["no SaaS/Access/X before", "直前に SaaS/Access/X がない"],
    ["the rule matched on 0 of 1200 entity-days; level high", "このルールが一致したのは延べ 1200 日のうち 0 日。レベルは high"],
    ["organisation", "組織全体"],
    ["Finance", "Finance"],
    ["Finance (works with 14 of 18)", "Finance（18 名のうち 14 名とやり取り）"],
    ["people around a@x.example (works with 6 of 7)", "a@x.example の周囲の人たち（7 名のうち 6 名とやり取り）"],
    ["2024-03-18T15:31:00Z", "2024-03-18T15:31:00Z"],
  ])("%s", (english, japanese) => {
    expect(reason(english, "en")).toBe(english);
    expect(reason(english, "ja")).toBe(japanese);
  });

  it("tells what ties two together", () => {
    const english = "both involve person:a and b (5.4 bits) and ip:203.0.113.9 (5.9 bits); 0.0 h apart; chance costs 0.5 bits";
    expect(tie(english, "en")).toBe(english);
    expect(tie(english, "ja")).toBe("共通：person:a and b（5.4 ビット）、ip:203.0.113.9（5.9 ビット）。間隔は 0.0 時間、偶然の分として 0.5 ビットを差し引き");
    expect(tie("an analyst joined them", "ja")).toBe("分析担当者が結び付けた");
    expect(tie("another form", "ja")).toBe("another form");
  });

  it("knows every feature of every shipped model", () => {
    const names = Object.values(models).flatMap((text) => [...text.matchAll(/^ {2}- \{name: ([^,]+), measure/gm)].map((match) => match[1] ?? ""));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => feature(name, "ja") === name)).toEqual([]);
  });

  it("knows every form in which the models speak", () => {
    // Each form is tried with its places filled.
    const source = Object.values(analysis).map((text) => text.split("#[cfg(test)]")[0] ?? "").join("\n");
    const said = [...source.matchAll(/words\.say\(\|\|\s*(?:format!\()?"([^"]+)"/g)].map((match) => match[1] ?? "");
    const filled = said.map((form) => form.replaceAll(/\{[^}]*model\}/g, "A/B").replaceAll(/\{[^}]*\}/g, "7"));
    expect(filled.length).toBeGreaterThan(12);
    expect(filled.filter((text) => /[a-z]/.test(text) && reason(text, "ja") === text)).toEqual([]);
  });
});

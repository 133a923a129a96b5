// The page as a user meets it: list, incident, lanes, evidence down to the raw record, dark, narrow, by keyboard.
// Data-independent: it runs on the sample and on the incident of a real replay alike. See ./run.
import assert from "node:assert/strict";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { withPage } from "./browser.mjs";

const link = new URL(process.env.WEFT_URL ?? assert.fail("WEFT_URL is missing: use ./run"));
const shots = process.env.WEFT_SHOTS ?? ".";
let checks = 0;

/** One belief about the page. */
async function check(what, work) {
  now = what;
  try {
    await work();
    checks += 1;
    console.log(`ok: ${what}`);
  } catch (error) {
    console.error(`FAILED: ${what}`);
    throw error;
  }
}

const shot = (page, name, fullPage = false) => page.screenshot({ path: join(shots, `${name}.png`), fullPage });

async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(" | ")}`);
  assert.deepEqual(said, [], where);
}

async function noSidewaysScroll(page) {
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  assert.ok(scroll <= client, `the page is ${scroll} px wide in a window of ${client}`);
}

async function bottom(locator) {
  const box = await locator.boundingBox();
  assert.ok(box, "it is not drawn");
  return box.y + box.height;
}

// A page that never comes to rest must fail, not hang: an analysis of ten thousand table rows once took longer than anyone waited.
const LIMIT_S = 240;
let now = "start";
setTimeout(() => {
  console.error(`FAILED: not done after ${LIMIT_S} s, in: ${now}`);
  process.exit(1);
}, LIMIT_S * 1000).unref();

const complaints = await withPage(link.origin, { colorScheme: "light" }, async (page, complaints) => {
  await check("the link signs in and leads to the list", async () => {
    await page.goto(link.href);
    await page.getByRole("heading", { name: "Incidents", level: 1 }).waitFor();
    await page.locator("table.incidents tbody tr").first().waitFor();
    assert.ok(!page.url().includes("token"), "the token must not stay in the address");
    await shot(page, "list-light");
    await accessible(page, "list");
  });
  const first = page.locator("table.incidents tbody th a").first();
  const title = await first.innerText();
  const uid = decodeURIComponent((await first.getAttribute("href")).split("/").at(-1));

  await check("the list has a score, three domains, times and a count for the first incident", async () => {
    const row = page.locator("table.incidents tbody tr").first();
    const text = await row.innerText();
    for (const word of ["Email", "SaaS", "Network"]) assert.ok(text.includes(word), `${word} in ${text}`);
    const score = Number.parseInt(await row.locator(".score").innerText(), 10);
    assert.ok(score >= 50 && score <= 100, `score ${score}`);
    assert.equal(await row.locator("td.wide time").count(), 2);
  });

  await check("the filter finds the incident by its title and nothing by nonsense", async () => {
    const box = page.getByRole("searchbox");
    await box.fill(`no such thing ${"x".repeat(20)}`);
    await page.getByRole("heading", { name: "Nothing matches these filters" }).waitFor();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await box.fill(title.slice(0, 40));
    await page.getByRole("link", { name: title }).first().waitFor();
    const incident = await (await page.request.get(`${link.origin}/api/v1/incidents/${encodeURIComponent(uid)}`)).json();
    const { iocs } = incident.unmapped.weft;
    assert.ok(iocs.length > 0, "it has no indicator of compromise");
    await box.fill(iocs[0].value);
    await page.getByRole("link", { name: title }).first().waitFor();
    await box.fill("");
    await page.locator("table.incidents tbody tr").first().waitFor();
  });

  await check("what was read is told in a few lines", async () => {
    const lines = await page.locator(".sources tbody tr").count();
    assert.ok(lines >= 1 && lines <= 20, `${lines} lines`);
    const read = await page.locator(".sources tbody td:nth-child(2)").allInnerTexts();
    assert.ok(read.some((text) => Number(text.replaceAll(",", "")) > 0), read.join(" "));
  });

  await check("the incident opens and what matters stands above the fold", async () => {
    await page.getByRole("link", { name: title }).first().click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.locator(".lanes svg .mark").first().waitFor();
    await shot(page, "incident-light");
    for (const part of [".narrative p", ".actions li", ".lanes svg"]) {
      const end = await bottom(page.locator(part).first());
      assert.ok(end <= 900, `${part} ends at ${Math.round(end)} px of 900`);
    }
  });

  await check("narrative and actions are there", async () => {
    const story = await page.locator(".narrative p").allInnerTexts();
    assert.ok(story.join(" ").length > 100, `the narrative is short: ${story}`);
    assert.ok((await page.locator(".actions li").count()) >= 1);
    for (const mode of await page.locator(".actions .mode").allInnerTexts()) assert.equal(mode, "would have");
    const fold = page.locator(".actions .fold").first();
    if (await fold.count()) {
      await fold.click();
      assert.ok((await page.locator(".actions .targets li").count()) >= 2);
      await fold.click();
    }
  });

  await check("each of the three lanes holds points", async () => {
    for (const domain of ["email", "saas", "network"]) {
      await page.locator(`.lanes [data-lane="${domain}"]`).waitFor();
      assert.ok((await page.locator(`.lanes [data-mark^="${domain}-"]`).count()) >= 1, `no point in ${domain}`);
    }
  });

  await check("why this score: the contributions add up", async () => {
    await page.locator(".why-score summary").click();
    await page.getByText(/contributions add up to [\d.]+ bits exactly/).waitFor();
    await shot(page, "incident-why-score");
    await page.locator(".why-score summary").click();
  });

  await check("the lanes work by keyboard: move, choose, read", async () => {
    const marks = page.locator(".lanes .mark");
    await page.locator('.lanes .mark[tabindex="0"]').focus();
    assert.equal(await page.locator('.lanes .mark[tabindex="0"]').count(), 1, "one stop for Tab");
    const before = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    await page.keyboard.press("ArrowRight");
    const after = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    assert.notEqual(after, before);
    await page.locator(".tooltip").waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".selection .entry-text").waitFor();
    assert.equal(await page.locator(".timeline li.selected").count(), 1);
    assert.ok((await marks.count()) > 0);
  });

  await check("zooming parts what lies close and comes back", async () => {
    const reset = page.getByRole("button", { name: "Whole incident" });
    if (await reset.isEnabled()) await reset.click();
    const whole = await page.locator(".lanes-head .faint").innerText();
    const burst = page.getByRole("button", { name: "Zoom to burst" });
    await ((await burst.count()) ? burst : page.getByRole("button", { name: "Zoom in" })).click();
    assert.notEqual(await page.locator(".lanes-head .faint").innerText(), whole);
    await page.mouse.move(5, 5);
    await shot(page, "incident-zoomed");
    await reset.click();
    assert.equal(await page.locator(".lanes-head .faint").innerText(), whole);
  });

  await check("an indicator opens into observed against expected, and its parts add up", async () => {
    // Alike ones are folded into one line.
    if (!(await page.locator(".indicators button.expand").count())) await page.locator(".indicators button.fold").first().click();
    await page.locator(".indicators button.expand").first().click();
    const why = page.locator("table.why").first();
    await why.getByText("Sum, equal to the indicator's bits").waitFor();
    for (const name of ["Observed", "Expected", "From n", "Compared with", "Bits"]) await why.getByRole("columnheader", { name }).waitFor();
    await page.getByText("Sum, equal to the incident's evidence").waitFor();
  });

  await check("lines that say the same of many are one, which opens", async () => {
    const folds = page.locator(".timeline .fold");
    if (!(await folds.count())) return;
    const before = await page.locator(".timeline > li").count();
    await folds.first().click();
    assert.ok((await page.locator(".timeline > li").count()) >= before + 2);
    await folds.first().click();
    assert.equal(await page.locator(".timeline > li").count(), before);
  });

  /** Opens the events of a domain's timeline lines until `fits` takes one's raw record. */
  async function rawOf(domain, fits, name) {
    const buttons = page.locator(".timeline > li", { has: page.locator(`.domain-${domain}`) }).locator(".evidence-button");
    for (let index = 0; index < (await buttons.count()); index += 1) {
      await buttons.nth(index).click();
      await page.locator(".drawer .fields tbody tr").first().waitFor();
      const raw = (await page.locator(".drawer .raw").count()) ? await page.locator(".drawer .raw").innerText() : "";
      const found = fits(raw);
      if (found) {
        await shot(page, name);
        await accessible(page, name);
      }
      await page.keyboard.press("Escape");
      await page.locator(".drawer").waitFor({ state: "detached" });
      if (found) return;
    }
    assert.fail(`no ${domain} event of the timeline has such a raw record`);
  }
  const isRecord = (raw) => {
    try {
      return Object.keys(JSON.parse(raw)).length > 3;
    } catch {
      return false;
    }
  };
  await check("a mail opens down to its headers as they came", () => rawOf("email", (raw) => /^From: \S/m.test(raw) && /^Received: /m.test(raw), "evidence-mail"));
  await check("an audit record opens down to its JSON as it came", () => rawOf("saas", isRecord, "evidence-audit"));
  await check("a flow opens into its fields, and says that there is no raw text", async () => {
    await page.locator(".timeline > li", { has: page.locator(".domain-network") }).locator(".evidence-button").first().click();
    await page.locator(".drawer").getByText("dst_endpoint.ip", { exact: true }).waitFor();
    await page.locator(".drawer").getByText(/No raw text belongs to this event/).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".drawer").waitFor({ state: "detached" });
  });

  await check("indicators of compromise are copied as CSV and shown defanged", async () => {
    await page.getByRole("button", { name: "Copy as CSV" }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /^type,value,role,first_seen\r?\n/);
    const shown = await page.locator('section[aria-labelledby="iocs"] tbody th').allInnerTexts();
    assert.ok(shown.length > 0);
    for (const value of shown) assert.ok(!/https?:\/\//i.test(value) && /\[[.:]\]/.test(value), value);
  });

  await check("nothing from the data is a link or markup", async () => {
    const targets = await page.locator("main a").evaluateAll((links) => links.map((one) => one.getAttribute("href")));
    for (const target of targets) assert.match(target ?? "", /^\/(incidents\/|$)/);
    assert.equal(await page.locator("main script, main img, main iframe").count(), 0);
    // The one address outside, fixed in the page.
    const outside = await page.locator('a[href^="http"]').evaluateAll((links) => links.map((one) => `${one.textContent} ${one.href} ${one.rel}`));
    assert.deepEqual(outside, ["IP Geolocation by DB-IP https://db-ip.com/ noopener noreferrer"]);
  });

  await check("the status can be set, and the decision log says who did", async () => {
    const pick = page.getByLabel("Status");
    const before = await pick.inputValue();
    await pick.selectOption("in_progress");
    await page.locator(".decisions").getByText(/set the status to in_progress/).first().waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    assert.equal(await pick.inputValue(), "in_progress", "after a reload");
    await pick.selectOption(before);
    await page.locator(".decisions").getByText(`set the status to ${before}`).first().waitFor();
  });

  await check("whom it reached is told, patient zero marked, and an act opens its event", async () => {
    const rows = page.locator("table.exposed tbody tr");
    if (!(await rows.count())) return;
    assert.ok((await page.locator("table.exposed .passive").count()) <= 1);
    await rows.first().getByRole("button").first().click();
    await page.locator(".drawer .fields tbody tr, .drawer [role=alert]").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".drawer").waitFor({ state: "detached" });
  });

  await check("Japanese: chosen by hand, kept over a reload, story and actions in it", async () => {
    await page.getByLabel("Language").selectOption("ja");
    await page.getByRole("heading", { name: "経緯" }).waitFor();
    const isJapanese = (text) => /[\u3041-\u9fff]/.test(text);
    for (const text of await page.locator(".narrative > p").allInnerTexts()) assert.ok(isJapanese(text), text);
    assert.equal(await page.evaluate(() => document.documentElement.lang), "ja");
    await page.reload();
    await page.getByRole("heading", { name: "推奨する対応" }).waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await shot(page, "incident-japanese");
    await shot(page, "incident-japanese-full", true);
    await accessible(page, "incident, Japanese");
    await page.getByLabel("言語").selectOption("en");
    await page.getByRole("heading", { name: "What happened" }).waitFor();
  });

  await check("axe finds nothing serious on the incident", () => accessible(page, "incident"));
  await shot(page, "incident-light-full", true);

  await check("dark: chosen by hand, readable", async () => {
    await page.getByLabel("Theme").selectOption("dark");
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.ok((ground.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 60), ground);
    await page.evaluate(() => scrollTo(0, 0));
    await shot(page, "incident-dark");
    await accessible(page, "incident, dark");
    await page.getByRole("link", { name: "Incidents" }).first().click();
    await page.locator("table.incidents tbody tr").first().waitFor();
    await shot(page, "list-dark");
    await accessible(page, "list, dark");
    await page.getByLabel("Theme").selectOption("system");
  });

  await check("390 px wide: nothing scrolls sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await noSidewaysScroll(page);
    await shot(page, "list-narrow");
    await accessible(page, "list, narrow");
    await page.getByRole("link", { name: title }).first().click();
    await page.locator(".lanes svg .mark").first().waitFor();
    await noSidewaysScroll(page);
    await shot(page, "incident-narrow", true);
    await accessible(page, "incident, narrow");
    await page.locator(".timeline .evidence-button").first().click();
    await page.locator(".drawer .fields tbody tr").first().waitFor();
    await noSidewaysScroll(page);
    await shot(page, "evidence-narrow");
    await page.keyboard.press("Escape");
  });

  await check("an incident that is not there says so", async () => {
    const known = complaints.length;
    await page.goto(`${link.origin}/incidents/none`);
    await page.getByRole("alert").getByText(/Not found/).waitFor();
    // The browser itself logs the 404 that this check provokes.
    const logged = complaints.splice(known);
    assert.ok(logged.every((text) => text.includes("404")), logged.join("; "));
  });

  await check("signing out locks the page, and the used link does not open it", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const known = complaints.length;
    await page.goto(link.href);
    await page.getByText("This sign-in link was used already").waitFor();
    await accessible(page, "sign in");
    await shot(page, "sign-in");
    const logged = complaints.splice(known);
    assert.ok(logged.every((text) => text.includes("401")), logged.join("; "));
  });
});

await check("no console message, no exception, no request to elsewhere", () => assert.deepEqual(complaints, []));
console.log(`${checks} checks passed; screenshots are in ${shots}`);

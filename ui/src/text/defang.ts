// Shows addresses so that no program makes a link of them and no one follows them by mistake.

/** `https://a.example/x` -> `hxxps://a[.]example/x`; hosts, addresses and senders alike. */
export function defang(value: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(value);
  if (match) {
    const [, scheme = "", authority = "", rest = ""] = match;
    return `${scheme.replace(/^http/i, "hxxp")}://${dots(authority)}${rest}`;
  }
  const [host = "", ...rest] = value.split("/");
  return [dots(host), ...rest].join("/");
}

function dots(text: string): string {
  return text.includes(".") ? text.replaceAll(".", "[.]") : text.replaceAll(":", "[:]");
}

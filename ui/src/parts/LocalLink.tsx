// A link within the page; never to anywhere else, so it takes a path that the page itself made.
import type { ReactNode } from "react";
import { go } from "../route.ts";

export function LocalLink(props: { to: `/${string}`; className?: string; current?: boolean; children: ReactNode }) {
  return (
    <a
      href={props.to}
      className={props.className}
      aria-current={props.current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

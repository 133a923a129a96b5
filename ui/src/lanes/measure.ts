// The width of a label, as the browser will draw it.

const FONT = '12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
/** When the browser has no canvas: a wide letter's width, so that labels end before the next begins. */
const WIDE_LETTER = 7.2;

let context: CanvasRenderingContext2D | null | undefined;

export function measure(text: string): number {
  if (context === undefined) {
    context = document.createElement("canvas").getContext("2d");
    if (context) context.font = FONT;
  }
  return context ? context.measureText(text).width : text.length * WIDE_LETTER;
}

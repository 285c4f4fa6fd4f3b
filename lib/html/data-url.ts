/** Pictures that stand in a page as text, `data:image/png;base64,…`, as files. Their bytes are judged where files are. */

const HEAD = /^data:image\/(png|jpe?g|gif|webp|avif)(?:;[\w=-]+)*;base64,/i;
/** Characters: about 50 MB, the most that a file may have. */
const MOST_LETTERS = 70_000_000;

export function pictureOfDataUrl(url: string, alt: string): File | null {
  const head = HEAD.exec(url);
  if (!head || url.length > MOST_LETTERS) return null;
  const type = (head[1] ?? "png").toLowerCase().replace("jpg", "jpeg");
  const bytes = decode(url.slice(head[0].length));
  if (!bytes) return null;
  const words = alt
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, " ")
    .trim()
    .slice(0, 80);
  return new File([bytes], `${words || "Picture"}.${type === "jpeg" ? "jpg" : type}`, {
    type: `image/${type}`,
  });
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64.replace(/%3D/gi, "=")), (sign) => sign.charCodeAt(0));
  } catch {
    return null; // no picture, then
  }
}

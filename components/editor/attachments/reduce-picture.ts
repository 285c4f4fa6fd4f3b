/** Large pictures are made smaller before they go out: nobody reads 48 megapixels on a page of 576 points. */

export const MOST_EDGE = 2_560;
/** Bytes; beyond it a still picture is written anew even if its edges are short. */
export const LARGE = 4_000_000;

export type Size = { readonly width: number; readonly height: number };

/** The size to show it at, with the same proportions; the same size when it is small enough. */
export function fitEdges({ width, height }: Size, most = MOST_EDGE): Size {
  const factor = Math.min(1, most / Math.max(width, height));
  const edge = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: edge(width), height: edge(height) };
}

export const needsReduction = (size: Size, bytes: number): boolean =>
  Math.max(size.width, size.height) > MOST_EDGE || bytes > LARGE;

export type Reduced = { readonly blob: Blob; readonly size: Size };

/** Null when what comes out is not smaller. */
export async function reducePicture(bitmap: ImageBitmap, bytes: number): Promise<Reduced | null> {
  const size = fitEdges(bitmap);
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  // a browser that cannot write WebP gives PNG
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/webp", 0.86));
  return blob && blob.size < bytes ? { blob, size } : null;
}

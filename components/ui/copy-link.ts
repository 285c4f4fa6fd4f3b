import { toast } from "./toast.ts";

/** Into the clipboard, and says so. Without permission for it the link is at least shown, to be copied by hand. */
export async function copyLink(link: string, said: string, description?: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    toast(said, description === undefined ? {} : { description });
  } catch {
    toast("The browser does not let the link be copied. Here it is:", { description: link });
  }
}

/** Of this page, or of a block in it. */
export function copyPageLink(said: string, blockId?: string): Promise<void> {
  const page = window.location.href.replace(/#.*$/, "");
  const link = blockId === undefined ? page : `${page}#${blockId}`;
  return copyLink(link, said, "It opens for members of this workspace.");
}

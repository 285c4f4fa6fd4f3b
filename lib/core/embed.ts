/**
 * Embeds: a block of type `embed` whose attribute `url` names something of another site to be shown in the page, and
 * whose words are the caption. Only what this table knows is ever shown in a frame: its frame's address is made here
 * from ids that fit, never taken from a document. Anything else is a link. GitHub's gists are none: they need scripts.
 *
 * Values come from other people's bytes: `readEmbed` is the one door, and nothing throws.
 */
export const EMBED = "embed";

export type Embed = {
  /** Of the site, as people call it. */
  readonly name: string;
  /** The page's address, one for each thing. */
  readonly url: string;
  /** What the frame loads. */
  readonly frame: string;
  /** Of the frame: who learns that somebody looks. */
  readonly host: string;
};

type Site = {
  readonly name: string;
  /** Exactly these, and https alone. */
  readonly hosts: readonly string[];
  /** Host of the frame. */
  readonly host: string;
  /** The path of the page and of the frame; null for what cannot be shown. */
  readonly read: (url: URL) => { readonly page: string; readonly frame: string } | null;
};

/** UTF-16 units. */
const LONGEST = 2_048;

function youtube({ hostname, pathname, searchParams }: URL): ReturnType<Site["read"]> {
  const path = hostname === "youtu.be" ? /^\/([\w-]{11})$/ : /^\/(?:shorts|live|embed)\/([\w-]{11})$/;
  const id = pathname === "/watch" ? searchParams.get("v") : path.exec(pathname)?.[1];
  if (!id || !/^[\w-]{11}$/.test(id)) return null;
  const start = /^(\d{1,6})s?$/.exec(searchParams.get("t") ?? searchParams.get("start") ?? "")?.[1];
  return {
    page: `/watch?v=${id}${start ? `&t=${start}` : ""}`,
    frame: `/embed/${id}${start ? `?start=${start}` : ""}`,
  };
}

function vimeo({ pathname, searchParams }: URL): ReturnType<Site["read"]> {
  const [, id, inPath] = /^\/(?:video\/)?(\d{6,12})(?:\/([\da-f]{8,16}))?$/.exec(pathname) ?? [];
  const hash = inPath ?? /^[\da-f]{8,16}$/.exec(searchParams.get("h") ?? "")?.[0];
  if (!id) return null;
  return { page: `/${id}${hash ? `/${hash}` : ""}`, frame: `/video/${id}?dnt=1${hash ? `&h=${hash}` : ""}` };
}

function loom({ pathname }: URL): ReturnType<Site["read"]> {
  const id = /^\/(?:share|embed)\/([\da-f]{32})$/.exec(pathname)?.[1];
  return id ? { page: `/share/${id}`, frame: `/embed/${id}` } : null;
}

function figma({ pathname }: URL): ReturnType<Site["read"]> {
  const [, kind, key] =
    /^\/(design|file|proto|board|slides)\/([\dA-Za-z]{16,32})(?:\/[^/]*)?$/.exec(pathname) ?? [];
  if (!kind || !key) return null;
  const page = `/${kind === "file" ? "design" : kind}/${key}`;
  return { page, frame: `${page}?embed-host=command-center` };
}

function codepen({ pathname }: URL): ReturnType<Site["read"]> {
  const [, user, id] = /^\/([\w-]{1,40})\/(?:pen|details|full|embed)\/([A-Za-z]{6,12})$/.exec(pathname) ?? [];
  return user && id ? { page: `/${user}/pen/${id}`, frame: `/${user}/embed/${id}?default-tab=result` } : null;
}

const SITES: readonly Site[] = [
  {
    name: "YouTube",
    hosts: ["www.youtube.com", "youtube.com", "m.youtube.com", "youtu.be"],
    host: "www.youtube-nocookie.com",
    read: youtube,
  },
  { name: "Vimeo", hosts: ["vimeo.com", "player.vimeo.com"], host: "player.vimeo.com", read: vimeo },
  { name: "Loom", hosts: ["www.loom.com"], host: "www.loom.com", read: loom },
  { name: "Figma", hosts: ["www.figma.com"], host: "embed.figma.com", read: figma },
  { name: "CodePen", hosts: ["codepen.io"], host: "codepen.io", read: codepen },
];

/** What a page may show in frames (lib/web/content-policy.ts says the same to the browser). */
export const FRAME_HOSTS: readonly string[] = SITES.map(({ host }) => `https://${host}`);
export const EMBED_SITES: readonly string[] = SITES.map(({ name }) => name);

/** Null when it is no address of something that may be shown. */
export function readEmbed(value: unknown): Embed | null {
  if (typeof value !== "string" || value.length > LONGEST || !/^https:\/\//i.test(value)) return null;
  if (!URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.protocol !== "https:" || url.port || url.username || url.password) return null;
  const site = SITES.find(({ hosts }) => hosts.includes(url.hostname));
  const paths = site?.read(url);
  const [home] = site?.hosts ?? [];
  if (!site || !paths || !home) return null;
  return {
    name: site.name,
    url: `https://${home}${paths.page}`,
    frame: `https://${site.host}${paths.frame}`,
    host: site.host,
  };
}

import { describe, expect, it } from "vitest";
import { FRAME_HOSTS, readEmbed } from "./embed.ts";

const id = "dQw4w9WgXcQ";
const video = `https://www.youtube.com/watch?v=${id}`;
const loom = "https://www.loom.com/share/0123456789abcdef0123456789abcdef";
const key = "AbCdEfGhIjKlMnOpQrStUv";

const KNOWN: readonly [address: string, page: string, frame: string][] = [
  [video, video, `https://www.youtube-nocookie.com/embed/${id}`],
  [
    `https://youtu.be/${id}?t=42s&si=x`,
    `${video}&t=42`,
    `https://www.youtube-nocookie.com/embed/${id}?start=42`,
  ],
  [`https://m.youtube.com/shorts/${id}`, video, `https://www.youtube-nocookie.com/embed/${id}`],
  [
    "https://vimeo.com/76979871/a1b2c3d4e5",
    "https://vimeo.com/76979871/a1b2c3d4e5",
    "https://player.vimeo.com/video/76979871?dnt=1&h=a1b2c3d4e5",
  ],
  [
    "https://player.vimeo.com/video/76979871",
    "https://vimeo.com/76979871",
    "https://player.vimeo.com/video/76979871?dnt=1",
  ],
  [loom, loom, loom.replace("share", "embed")],
  [
    `https://www.figma.com/file/${key}/A-name?node-id=1`,
    `https://www.figma.com/design/${key}`,
    `https://embed.figma.com/design/${key}?embed-host=command-center`,
  ],
  [
    "https://codepen.io/some-one/full/abCdeF",
    "https://codepen.io/some-one/pen/abCdeF",
    "https://codepen.io/some-one/embed/abCdeF?default-tab=result",
  ],
];

const FORGED: readonly unknown[] = [
  `http://www.youtube.com/watch?v=${id}`,
  `https://www.youtube.com.evil.example/watch?v=${id}`,
  `https://evil.example/https://www.youtube.com/watch?v=${id}`,
  `https://www.youtube.com@evil.example/watch?v=${id}`,
  `https://me@www.youtube.com/watch?v=${id}`,
  `https://www.youtube.com:8443/watch?v=${id}`,
  `//www.youtube.com/watch?v=${id}`,
  `javascript:"https://www.youtube.com/watch?v=${id}"`,
  `data:text/html,https://youtu.be/${id}`,
  `https://www.youtube.com/watch?v=${id}"onload=x`,
  "https://www.youtube.com/watch?v=../../x",
  `https://www.youtube.com/redirect?q=https://evil.example&v=${id}`,
  `https://music.youtube.com/watch?v=${id}`,
  `https://youtu.be/${id}/../x`,
  "https://vimeo.com/ondemand/76979871",
  "https://www.loom.com/share/short",
  `https://www.figma.com/design/${key}/a/../../evil`,
  "https://codepen.io/a/live/abCdeF",
  "https://gist.github.com/octocat/0123456789abcdef0123456789abcdef",
  `https://www.youtube.com/watch?v=${id}&x=${"y".repeat(3_000)}`,
  "",
  null,
  7,
  [video],
  { href: video },
];

describe("embeds", () => {
  it.each(KNOWN)("EM1 %s is shown in a frame that is made from its ids", (address, page, frame) => {
    const found = readEmbed(address);
    expect(found).toMatchObject({ url: page, frame });
    expect(FRAME_HOSTS).toContain(new URL(frame).origin);
    expect(found && readEmbed(found.url)).toEqual(found);
  });

  it.each(FORGED)("EM2 %j is no embed", (forged) => {
    expect(readEmbed(forged)).toBeNull();
  });
});

type AvatarProps = { name: string; color: number; large?: boolean; filled?: boolean };

/** A ring in the person's colour with the initials. Decoration: the name must be said beside it. */
export function Avatar({ name, color, large = false, filled = false }: AvatarProps) {
  const looks = ["avatar", large ? "large" : "", filled ? "typing" : ""].filter(Boolean).join(" ");
  // The letters come from the style, so that they are no part of the name of a button around them.
  return <span className={looks} data-person={color} data-initials={initials(name)} aria-hidden />;
}

/** First letters of the first and last word; whole characters, so that an emoji or a surrogate pair stays whole. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (
    [first, last]
      .map((word) => (word ? [...word][0] : ""))
      .join("")
      .toLocaleUpperCase() || "?"
  );
}

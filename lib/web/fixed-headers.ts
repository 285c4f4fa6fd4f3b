/** Headers of every answer, files included; proxy.ts puts the page's own policy in the place of the closed one. */
import { closedPolicy } from "./content-policy.ts";

const unused = [
  "accelerometer",
  "autoplay",
  "camera",
  "display-capture",
  "encrypted-media",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-get",
  "serial",
  "usb",
  "xr-spatial-tracking",
];

export const fixedHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": closedPolicy,
  "x-content-type-options": "nosniff",
  // Invitation links carry a token. "no-referrer" would tell other sites no less, but a form that is sent without
  // script would then say "Origin: null", which no check can tell from a stranger's.
  "referrer-policy": "same-origin",
  "permissions-policy": unused.map((feature) => `${feature}=()`).join(", "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // For browsers that do not know frame-ancestors.
  "x-frame-options": "DENY",
};

/** Two years, the least that browsers' own lists take. Only said over https; sub-domains are not ours to decide. */
export const strictTransport = "max-age=63072000";

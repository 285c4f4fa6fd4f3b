import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { preload } from "react-dom";
import "@fontsource-variable/source-sans-3/wght.css";
import "@fontsource-variable/source-sans-3/wght-italic.css";
import "@fontsource-variable/source-code-pro/wght.css";
import "./globals.css";
import latin from "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2?address";
import { TAB_TITLE } from "../components/editor/tab-title.ts";
import { HeldClicks } from "../components/ui/held-clicks.tsx";
import { Toaster } from "../components/ui/toaster.tsx";
import { readPublicConfig } from "../lib/supabase/env.ts";
import { RUNTIME_CONFIG_ID, writeRuntimeConfig } from "../lib/supabase/runtime-config.ts";

export const metadata: Metadata = {
  title: { default: "Command Center", template: TAB_TITLE },
  description: "A document editor for teams that never loses a word.",
  referrer: "same-origin",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  interactiveWidget: "resizes-content",
  colorScheme: "light dark",
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  preload(latin, { as: "font", type: "font/woff2", crossOrigin: "anonymous" });
  // The choice is a cookie, so that the first byte has the right theme and no script has to run before paint.
  const theme = (await cookies()).get("theme")?.value;
  return (
    <html lang="en" {...(theme === "light" || theme === "dark" ? { "data-theme": theme } : {})}>
      <body>
        <HeldClicks nonce={(await headers()).get("x-nonce") ?? undefined} />
        <div id={RUNTIME_CONFIG_ID} hidden>
          {writeRuntimeConfig(readPublicConfig())}
        </div>
        {children}
        <Toaster />
      </body>
    </html>
  );
}

"use client";
import { useState } from "react";
import { keepChoice } from "../ui/cookie.ts";
import { MenuChoice } from "../ui/menu.tsx";

type Theme = "system" | "light" | "dark";

const choices = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** The choice is kept in a cookie, because the server writes the theme into the first byte of the page. */
export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(shownTheme);
  const choose = (next: Theme) => {
    setTheme(next);
    const { dataset } = document.documentElement;
    if (next === "system") delete dataset.theme;
    else dataset.theme = next;
    keepChoice("theme", next === "system" ? null : next);
  };
  return <MenuChoice name="Theme" value={theme} onChange={choose} choices={choices} />;
}

function shownTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

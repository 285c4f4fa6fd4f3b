"use client";
import { useEffect } from "react";
import { Soon } from "./late.tsx";
import { afterText } from "./text-first.ts";
import { toastList } from "./toast.ts";

/** Where notices are shown; what shows them comes behind the text of the page, or with the first one. */
export function Toaster() {
  useEffect(() => void afterText().then(toastList.fetchSurely), []);
  return <Soon part={toastList} props={{}} />;
}

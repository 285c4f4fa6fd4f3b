"use client";
import { CircleAlert } from "lucide-react";
import { Toaster as Sonner } from "sonner";
import { keepNoticeFocus } from "./notice-focus.ts";

/** Notices: what was done and how to undo it, or what failed. Never what the save state already says. */
export function ToastList() {
  return (
    <Sonner
      ref={keepNoticeFocus}
      position="bottom-right"
      // Above the foot of a document, clear of the account's button.
      offset={{ bottom: "3rem", right: "1rem" }}
      mobileOffset={{ bottom: "3.5rem", left: "1rem", right: "1rem" }}
      duration={8000}
      containerAriaLabel="Notices"
      icons={{ error: <CircleAlert className="i" aria-hidden /> }}
      toastOptions={{
        unstyled: true,
        classNames: { toast: "notice", description: "notice-more", actionButton: "button plain" },
      }}
    />
  );
}

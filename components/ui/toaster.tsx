"use client";
import { CircleAlert } from "lucide-react";
import { Toaster as Sonner } from "sonner";

/** Notices: what was done and how to undo it, or what failed. Never what the save state already says. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-left"
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

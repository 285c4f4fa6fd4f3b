/** Told to the window before its pages are printed: pictures far from it are fetched, too. */
export const PRINT_SOON = "print-soon";

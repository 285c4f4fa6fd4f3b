import { ChevronDown } from "lucide-react";
import { type ComponentProps, useEffect, useRef } from "react";

type SelectProps = Omit<ComponentProps<"select">, "className"> & {
  options: readonly { value: string; label: string }[];
  /** "bare" shows its edge only on hover and focus: for tables. */
  look?: "field" | "bare";
};

export function Select({ options, look = "field", ...select }: SelectProps) {
  const box = useRef<HTMLSelectElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as the page becomes alive
  useEffect(() => {
    const { value } = select;
    // chosen before the page's code was here: React hears nothing of it, and would leave it standing there
    if (box.current && box.current.value !== value && options.some((option) => option.value === value))
      box.current.dispatchEvent(new Event("change", { bubbles: true }));
  }, []);
  return (
    <span className="select-wrap">
      {/* a browser that puts back what stood here before would choose it */}
      <select
        ref={box}
        autoComplete="off"
        {...select}
        className={look === "bare" ? "select small bare" : "select"}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown className="i" aria-hidden />
    </span>
  );
}

import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";

type SelectProps = Omit<ComponentProps<"select">, "className"> & {
  options: readonly { value: string; label: string }[];
  /** "bare" shows its edge only on hover and focus: for tables. */
  look?: "field" | "bare";
};

export function Select({ options, look = "field", ...select }: SelectProps) {
  return (
    <span className="select-wrap">
      <select {...select} className={look === "bare" ? "select small bare" : "select"}>
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

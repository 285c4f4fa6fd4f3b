/** Raised and lowered characters of Unicode, for texts whose formats we have no mark for: 10⁻⁶ and H₂O. */
const PLAIN_RAISED = "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ";
const PLAIN_LOWERED = "0123456789+-−=()aehijklmnoprstuvx";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";

const pairs = (plain: string, others: string) => {
  const signs = [...others];
  return new Map([...plain].map((sign, index) => [sign, signs[index] ?? sign]));
};
const SIGNS = { sup: pairs(PLAIN_RAISED, RAISED), sub: pairs(PLAIN_LOWERED, LOWERED) };

/** Longer ones are sentences in small letters, not exponents. */
const MOST = 12;

/** The text raised (`sup`) or lowered (`sub`); as it is where a character of it has no such form. */
export function raised(text: string, way: "sup" | "sub"): string {
  if (text.length > MOST) return text;
  const signs = [...text].map((sign) => SIGNS[way].get(sign));
  return signs.includes(undefined) ? text : signs.join("");
}

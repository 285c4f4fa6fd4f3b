/**
 * Maths: a block whose words are its source (TeX), so that two people can write in it, and a mark of the same name on the
 * source of a formula within a text. The picture is each reader's own.
 */
export const MATH = "math";

import type { zh } from "./zh";

/** The same keys in every language: a missing or an extra one does not compile. */
type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
export type Texts = Shape<typeof zh>;

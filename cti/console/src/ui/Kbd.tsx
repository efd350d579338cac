import styles from "./Kbd.module.css";

/** A key to press. On controls, screen readers hear of it through `aria-keyshortcuts`; `spoken` is for lists of keys. */
export function Kbd({ children, spoken = false }: { readonly children: string; readonly spoken?: boolean }) {
  return <kbd className={styles.kbd} aria-hidden={!spoken}>{children}</kbd>;
}

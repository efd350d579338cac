/** The product's sign: a line between two people. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32">
      <rect width="32" height="32" rx="9" fill="#0b6e5f" />
      <path d="M10 9v14M22 9v14M10 16c2-3.6 4 3.6 6 0s4 3.6 6 0" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}

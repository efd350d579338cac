import styles from "./Keypad.module.css";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"],
  ["*", ""], ["0", "+"], ["#", ""],
] as const;

interface KeypadProps {
  readonly label: string;
  readonly disabled?: boolean;
  readonly lit?: string; // the key to show as pressed
  press(digit: string): void;
}

/** The twelve keys of a telephone. */
export function Keypad({ label, disabled = false, lit = "", press }: KeypadProps) {
  return (
    <div className={styles.keypad} role="group" aria-label={label}>
      {KEYS.map(([digit, letters]) => (
        <button
          key={digit}
          type="button"
          className={styles.key}
          data-lit={digit === lit}
          data-testid={`key-${digit}`}
          disabled={disabled}
          onClick={() => press(digit)}
        >
          <span className={styles.digit}>{digit}</span>
          <span className={styles.letters} aria-hidden="true">{letters}</span>
        </button>
      ))}
    </div>
  );
}

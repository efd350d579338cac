import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../ui/Icon";
import { Kbd } from "../ui/Kbd";
import { Keypad } from "../ui/Keypad";
import styles from "./CallControls.module.css";
import { useSession } from "./desk";
import { Quality } from "./Quality";
import { stageOf } from "./state";
import type { Action } from "./shortcuts";

interface CallControlsProps {
  readonly keypad: boolean;
  act(action: Action): void;
}

/** What can be done with the call, from the offer to its end. */
export function CallControls({ keypad, act }: CallControlsProps) {
  const stage = useSession(stageOf);
  return <footer className={styles.controls}>{stage === "offered" ? <Offered act={act} /> : <Talking keypad={keypad} act={act} />}</footer>;
}

function Offered({ act }: { act(action: Action): void }) {
  const { t } = useTranslation();
  const waiting = useSession((session) => session.answerWanted || session.call?.stage === "answering");
  return (
    <div className={styles.row}>
      <Control
        icon="phone" kind="answer" hint="Enter" keys="Enter" testId="answer" disabled={waiting} focused
        label={t(waiting ? "contact.answerQueued" : "contact.answer")}
        onClick={() => act({ type: "answer" })}
      />
      <Control icon="close" kind="plain" hint="X" keys="X" testId="decline" label={t("contact.decline")} onClick={() => act({ type: "decline" })} />
    </div>
  );
}

function Talking({ keypad, act }: CallControlsProps) {
  const { t } = useTranslation();
  const call = useSession((session) => session.call);
  const { muted = false, held = false } = call ?? {};
  return (
    <>
      {muted && <p className={styles.muted} role="status" data-testid="muted-note">{t("contact.muted")}</p>}
      {keypad && call && (
        <div className={styles.keypad}>
          <Keypad label={t("contact.keypad")} press={(digit) => act({ type: "digit", digit })} />
        </div>
      )}
      <div className={styles.row}>
        {call && (
          <>
            <Control
              icon={muted ? "muted" : "microphone"} kind="plain" hint="M" keys="M" testId="mute" pressed={muted}
              label={t(muted ? "contact.unmute" : "contact.mute")} onClick={() => act({ type: "mute" })}
            />
            <Control
              icon={held ? "play" : "pause"} kind="plain" hint="H" keys="H" testId="hold" pressed={held}
              label={t(held ? "contact.unhold" : "contact.hold")} onClick={() => act({ type: "hold" })}
            />
            <Control icon="keypad" kind="plain" hint="K" keys="K" testId="keypad" pressed={keypad} label={t("contact.keypad")} onClick={() => act({ type: "keypad" })} />
          </>
        )}
        <Control icon="hangUp" kind="hangUp" hint="⇧X" keys="Shift+X" testId="hang-up" label={t("contact.hangUp")} onClick={() => act({ type: "hang_up" })} />
        <div className={styles.aside}>
          {call ? <Quality key={call.id} held={held} /> : <span>{t("contact.deskPhone")}</span>}
        </div>
      </div>
    </>
  );
}

interface ControlProps {
  readonly icon: IconName;
  readonly kind: "answer" | "hangUp" | "plain";
  readonly label: string;
  readonly hint: string;
  readonly keys: string;
  readonly testId: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly focused?: boolean; // takes the focus when it appears, so that Enter can't press what was clicked last
  onClick(): void;
}

function Control({ icon, kind, label, hint, keys, testId, pressed, disabled, focused = false, onClick }: ControlProps) {
  return (
    <button
      type="button" className={styles.control} data-kind={kind} data-testid={testId} aria-pressed={pressed} aria-keyshortcuts={keys}
      disabled={disabled} autoFocus={focused} onClick={onClick}
    >
      <Icon name={icon} size={22} />
      <span>{label}</span>
      <Kbd>{hint}</Kbd>
    </button>
  );
}

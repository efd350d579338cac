import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Frame, ToolButton } from "../app/Frame";
import { Banners } from "./Banners";
import { CallControls } from "./CallControls";
import { OwnCases } from "./Cases";
import { ContactPanel } from "./ContactPanel";
import styles from "./Desktop.module.css";
import { digit, dispatch, hold, mute, session, useSession } from "./desk";
import { IdlePanel } from "./IdlePanel";
import { Queues } from "./Queues";
import { stageOf } from "./state";
import type { Action } from "./shortcuts";
import { StatusControl } from "./StatusControl";
import { useShortcuts } from "./useShortcuts";
import { WrapUpPanel } from "./WrapUpPanel";
import { focusNote, useWrapUp } from "./wrapUp";

export function Desktop() {
  const { t } = useTranslation();
  const stage = useSession(stageOf);
  const me = useSession((it) => it.me);
  const wrapUp = useWrapUp(me?.wrap_up ?? null);
  const [keypad, setKeypad] = useState(false);
  const [picking, setPicking] = useState(false);
  const [cases, setCases] = useState(false); // a case is being opened; between contacts: the agent's own are shown
  const [help, setHelp] = useState<"never" | "open" | "closed">("never");
  const [Help, setHelpPage] = useState<typeof import("./Help").default | null>(null);
  const [wasStage, setWasStage] = useState(stage);

  // What was open belongs to the stage that is over; nothing may lie over a call that comes.
  if (stage !== wasStage) {
    setWasStage(stage);
    setKeypad(false);
    setPicking(false);
    if (stage === "idle" || wasStage === "idle") setCases(false);
    if (help === "open") setHelp("closed");
  }

  const pick = (index: number) => {
    if (stage === "wrap_up") return wrapUp.pick(index);
    const reason = session().breakReasons[index];
    setPicking(false);
    if (reason) dispatch({ type: "set_status", status: "break", reason: reason.code });
  };

  // Fetched when first wanted. Without the data center there is none now: the desktop goes on, and asks again next time.
  const showHelp = () => {
    setHelp("open");
    void import("./Help").then((page) => setHelpPage(() => page.default), () => setHelp("closed"));
  };

  const act = (action: Action) => {
    const { call } = session();
    switch (action.type) {
      case "answer":
      case "decline":
      case "hang_up":
        return dispatch({ type: action.type });
      case "mute":
        return call && mute(!call.muted);
      case "hold":
        return call && hold(!call.held);
      case "keypad":
        return setKeypad(call !== null && !keypad);
      case "digit":
        return digit(action.digit);
      case "ready":
        return stage === "wrap_up" ? wrapUp.setThen("available") : dispatch({ type: "set_status", status: "available" });
      case "break":
        return stage === "wrap_up" ? wrapUp.setThen("break") : setPicking(!picking);
      case "pick":
        return pick(action.index);
      case "note":
        return focusNote();
      case "save":
        return wrapUp.save();
      case "cases":
        return setCases(stage === "idle" ? !cases : true);
      case "help":
        return help === "open" ? setHelp("closed") : showHelp();
      case "close":
        setKeypad(false);
        setPicking(false);
        setCases(false);
        setHelp((was) => (was === "open" ? "closed" : was));
        return (document.activeElement as HTMLElement | null)?.blur();
    }
  };
  useShortcuts({ stage, keypad, picking }, act);

  const busy = stage === "talking" || stage === "wrap_up";
  return (
    <Frame
      whole
      title={me?.name ?? ""}
      center={<StatusControl picking={picking} setPicking={setPicking} />}
      tools={
        <>
          <ToolButton label={t("desk.shortcuts")} icon="keyboard" testId="help" onClick={showHelp} />
          <ToolButton
            label={t(busy ? "desk.signOutBusy" : "desk.signOut")}
            icon="signOut"
            testId="sign-out"
            disabled={busy}
            onClick={() => dispatch({ type: "sign_out" })}
          />
        </>
      }
    >
      <Banners />
      <div className={styles.page}>
        <section className={styles.stage} data-stage={stage} data-testid="stage">
          {stage === "idle" ? (
            <>
              <IdlePanel pickBreak={() => setPicking(true)} cases={cases} setCases={setCases} />
              {cases && <OwnCases />}
            </>
          ) : (
            <>
              <ContactPanel openingCase={cases} setOpeningCase={setCases} />
              {stage === "wrap_up" ? <WrapUpPanel wrapUp={wrapUp} /> : <CallControls keypad={keypad} act={act} />}
            </>
          )}
        </section>
        <Queues />
      </div>
      {Help && help !== "never" && <Help open={help === "open"} close={() => setHelp("closed")} />}
    </Frame>
  );
}

import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/Icon";
import { LevelMeter } from "../ui/LevelMeter";
import { MicrophoneError, type MicrophoneProblem, acquire, release } from "../voice/microphone";
import { chime } from "../voice/sounds";
import styles from "./SignIn.module.css";

// Nobody forgets an open microphone here.
const LISTEN_MS = 10_000;

/** Is the headset the right one, and does it work? Asked before the first customer finds out. */
export function SoundCheck() {
  const { t } = useTranslation();
  const [listening, listen] = useState(false);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null);

  useEffect(() => {
    if (!listening) return;
    let wanted = true;
    let timer: ReturnType<typeof setTimeout>;
    const opened = acquire();
    opened.then(
      (it) => {
        if (!wanted) return;
        setStream(it);
        timer = setTimeout(() => listen(false), LISTEN_MS);
      },
      (error: unknown) => {
        if (!wanted) return;
        setProblem(error instanceof MicrophoneError ? error.reason : "in_use");
        listen(false);
      },
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
      setStream(null);
      opened.then(release, () => undefined); // also one that is allowed only now, when nobody listens any more
    };
  }, [listening]);

  const toggle = () => {
    setProblem(null);
    listen(!listening);
  };

  return (
    <div className={styles.check}>
      <div className={styles.checkButtons}>
        <Button size="small" type="text" data-testid="check-microphone" onClick={toggle}>
          <Icon name="microphone" size={16} /> {listening ? t("signIn.microphoneStop") : t("signIn.microphone")}
        </Button>
        <Button size="small" type="text" data-testid="check-speaker" onClick={chime}>
          <Icon name="speaker" size={16} /> {t("signIn.speaker")}
        </Button>
      </div>
      {stream && (
        <>
          <LevelMeter stream={stream} label={t("signIn.microphone")} testId="check-level" />
          <p className={styles.checkHint}>{t("signIn.microphoneHint")}</p>
        </>
      )}
      {problem && <p className={styles.warning} role="alert">{t(`microphone.${problem}`)}</p>}
    </div>
  );
}

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
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null);

  useEffect(() => {
    if (!stream) return;
    const timer = setTimeout(() => setStream(null), LISTEN_MS);
    return () => {
      clearTimeout(timer);
      release(stream);
    };
  }, [stream]);

  const listen = async () => {
    setProblem(null);
    try {
      setStream(await acquire());
    } catch (error) {
      setProblem(error instanceof MicrophoneError ? error.reason : "in_use");
    }
  };

  return (
    <div className={styles.check}>
      <div className={styles.checkButtons}>
        <Button size="small" type="text" data-testid="check-microphone" onClick={() => (stream ? setStream(null) : void listen())}>
          <Icon name="microphone" size={16} /> {stream ? t("signIn.microphoneStop") : t("signIn.microphone")}
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

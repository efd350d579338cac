import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { Kbd } from "../ui/Kbd";
import styles from "./Help.module.css";

const GROUPS = [
  ["offered", [["Enter", "answer"], ["X", "decline"]]],
  ["talking", [["M", "mute"], ["H", "hold"], ["K", "keypad"], ["⇧ X", "hangUp"]]],
  ["wrapUp", [["1 – 9", "code"], ["N", "note"], ["Enter", "save"]]],
  ["always", [["R", "ready"], ["B", "break"], ["C", "cases"], ["?", "help"]]],
] as const;

/** The list of shortcuts. */
export default function Help({ open, close }: { readonly open: boolean; close(): void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} onCancel={close} footer={null} title={t("shortcuts.title")} width={620}>
      <div className={styles.groups} data-testid="shortcuts">
        {GROUPS.map(([group, keys]) => (
          <section key={group}>
            <h3 className={styles.title}>{t(`shortcuts.${group}`)}</h3>
            <dl>
              {keys.map(([key, text]) => (
                <div key={text} className={styles.row}>
                  <dt><Kbd spoken>{key}</Kbd></dt>
                  <dd>{t(`shortcuts.${text}`)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles.text}>{t("shortcuts.text")}</p>
      <p className={styles.text}>{t("contact.reloadHint")}</p>
    </Modal>
  );
}

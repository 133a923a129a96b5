// An incident's score, 0 to 100; 50 is the alert threshold.
export function scoreLevel(score: number): "high" | "alert" | "below" {
  if (score >= 80) return "high";
  return score >= 50 ? "alert" : "below";
}

const WORDS = { high: "far over the alert threshold", alert: "over the alert threshold", below: "under the alert threshold" };

export function Score({ score, large = false }: { score: number; large?: boolean }) {
  const level = scoreLevel(score);
  return (
    <span className={`score ${level}${large ? " large" : ""}`} title={`Score ${score.toFixed(1)} of 100, ${WORDS[level]} of 50`}>
      {Math.floor(score)}
      <span className="hidden"> of 100, {WORDS[level]}</span>
    </span>
  );
}

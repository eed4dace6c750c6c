"""BibTeX as labs have it, invented with a fixed seed: accents as TeX, double spellings, strings, months, long lists."""

from __future__ import annotations

import random
from collections.abc import Iterator

GIVEN = [
    "Ada", "Bo", r"{\c C}a{\u g}la", "Dmitri", r"{\'E}lodie", "Fatima", r'G{\"u}nter', "Hye-jin", "Jo{\\~a}o", "K.",
    "L. M.", r"{\'O}lafur", "Pei-Yu", "Rosa", "Sam", "Tova",
]  # fmt: skip
FAMILY = [
    "Quint", "Okafor", "van der Berg", r"{\v S}im{\'a}nek", r"Garc{\'\i}a M{\'a}rquez", "O'Brien", "Ivanova", "Zhang",
    r"{\AA}kesson", "De la Cruz", "Li", "Moreau", "Tanaka", "Silva", "Weiss", "Haddad", "Kov{\\'a}cs", "Lindqvist",
]  # fmt: skip
WORDS = [
    "sparse", "robust", "quiet", "unlearning", "optimization", "gradient", "federated", "diffusion", "prompts",
    "networks", "privacy", "compression", "estimation", "bounds", "adversarial", "training", "saliency", "memory",
    "bilevel", "pruning", "alignment", "retrieval", "causal", "graphs", "kernels", "attention", "transformers",
    "calibration", "curriculum", "contrastive", "equivariant", "generative", "hierarchical", "inference", "latent",
    "manifold", "multimodal", "neural", "orthogonal", "probabilistic", "quantized", "reinforcement", "semantic",
    "temporal", "uncertainty", "variational",
]  # fmt: skip
LENGTHS = [1, 2, 3, 3, 4, 5, 5, 6, 8, 12]  # of author lists
JOURNALS = [
    "Journal of Quiet Machines", "Transactions on Invented Learning", "Annals of Made-up Statistics",
    r"Zeitschrift f{\"u}r erfundene Informatik",
]  # fmt: skip
MEETINGS = [
    "International Conference on Invented Learning", "Conference on Quiet Vision", "Symposium on Imagined Systems",
]  # fmt: skip
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
STRINGS = "@string{jqm = {" + JOURNALS[0] + "}}\n\n"  # stands before the entries


def make_bibliography(count: int, seed: int = 7) -> Iterator[str]:
    """`count` entries, each as text that ends in an empty line."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    yield STRINGS
    for number in range(count):
        yield make_entry(number, chance)


def make_entry(number: int, chance: random.Random) -> str:
    names = [f"{chance.choice(FAMILY)}, {chance.choice(GIVEN)}" for _ in range(chance.choice(LENGTHS))]
    authors = " and ".join(names)
    words = [*chance.sample(WORDS, 6), f"{number:x}"]
    year = chance.randint(1995, 2025)
    fields = {
        "author": "{" + authors + "}",
        "title": "{" + " ".join(words).capitalize() + (" with {SalUn} models" if number % 5 == 0 else "") + "}",
        "year": "{" + str(year) + "}",
        "abstract": "{" + " ".join(chance.choices(WORDS, k=90)).capitalize() + ".}",
    }
    if number % 3:
        kind = "inproceedings"
        fields["booktitle"] = "{Proceedings of the " + f"{number % 40 + 1}th {chance.choice(MEETINGS)}" + "}"
        fields["pages"] = "{" + f"{number}--{number + 9}" + "}"
    else:
        kind = "article"
        fields["journal"] = "jqm" if number % 2 else "{" + chance.choice(JOURNALS) + "}"
        fields |= {"volume": "{" + str(number % 60 + 1) + "}", "month": chance.choice(MONTHS)}
    if number % 2:
        fields["doi"] = "{10.5555/invented." + str(number) + "}"
    elif number % 4 == 0:
        fields |= {"eprint": "{" + f"{year % 100:02d}{number % 12 + 1:02d}.{number % 99999:05d}" + "}"}
        fields["archivePrefix"] = "{arXiv}"
    lines = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@{kind}{{key{number},\n{lines}\n}}\n\n"

"""The CVs of the three members of the demo data, fact by fact against the documents they were drawn from.

The facts are ours to word; docs/cv.md lists where the CV says something else than a document, and why.
"""

from __future__ import annotations

import pytest

from activities.cv.document import text_of
from activities.cv.typesetting import PAPERS, count_pages, make_pdf
from activities.tests.curricula import document_of, squeezed, text_of_document, text_of_pdf

pytestmark = pytest.mark.once

ZHANG = {
    "head": [
        "Yihua Zhang", "张逸骅", "yihua.zhang@example.org", "Website (blogs)", "Google Scholar",
        "Citations: 1,390 (Google Scholar, 4 July 2025)",
    ],
    "education": [
        "2022 – present", "Ph.D., Computer Science and Engineering", "Michigan State University, East Lansing, USA",
        "Advisor: Sijia Liu", "Committee: Anil K. Jain, Xiaoming Liu, Kush R. Varshney", "2015 – 2019",
        "B.Sc., Automation", "Huazhong University of Science and Technology, Qiming Honor College, Wuhan, China",
    ],
    "awards": [
        "IBM PhD Fellowship 2024", "USD 40,000; 24 recipients worldwide", "Fitch H. Beach Award", "USD 2,000",
        "CPAL Rising Star Award", "15 recipients worldwide", "MLCommons Rising Star Award", "41 recipients worldwide",
        "UAI 2022 Best Paper Runner-up Award", "CVPR Outstanding Reviewer Award ×2", "2023, 2024",
        "NeurIPS Top Reviewer Award ×2", "NeurIPS Scholar Award ×2", "2022, 2023", "AAAI Travel Grant Award",
        "ICML Travel Grant Award", "UAI Student Scholarship Award", "National Scholarship ×2", "2016, 2017",
        "Top 0.2%",
    ],
    "experience": [
        "May 2025 – present", "September 2024 – May 2025", "December 2023 – August 2024", "May 2023 – August 2023",
        "Research Scientist Intern, Meta AI", "Jiyan Yang's team, Sunnyvale, USA, Full-time",
        "Jiyan Yang's team, Remote, Part-time", "Worked with: Mingfu Liang, Xi Liu", "256 A100",
        "more than five modalities", "HR@5 and NDCG@5 more than 30%",
        "Paper: ReasonRec: A Reasoning-Augmented Multimodal Agent for Unified Recommendation",
        "Research Scientist Intern, Cisco Research", "Ramana Rao Kompella's team, Remote, Part-time and full-time",
        "Mentor: Gaowen Liu", "Paper 1: UnlearnCanvas", "Paper 2: SEUF", "[NeurIPS'24]", "[ACL'25 Main]",
        "Applied Scientist Intern, Amazon AWS AI Lab", "Seattle, USA, Full-time", "Worked with: Tian Lan, Zhou Ren",
    ],
    "highlights": [
        "Machine unlearning and knowledge editing", "Invited talk, Shanghai AI Lab", "SalUn [ICLR'24]", "[ECCV'24]",
        "Zeroth-order fine-tuning", "[ICML'24]", "Tutorial, AAAI 2024", "Foundations of bi-level optimization",
        "[ICLR'23]", "[NeurIPS'22]", "[ICML'22]", "Tutorial, AAAI 2023",
    ],
    "service": [
        "New Frontiers in Adversarial ML, ICML 2022", "New Frontiers in Adversarial ML, ICML 2023",
        "New Frontiers in Adversarial ML, NeurIPS 2024", "AAAI 2023; ICLR 2023",
        "ICLR; NeurIPS; ICML; CVPR; ICCV; ECCV; AISTATS", "JMLR; IEEE TPAMI; IEEE T-IFS; TMLR",
        "Zeroth-Order Machine Learning: Fundamental Principles and Emerging Applications in Foundation Models",
        "Bi-level Optimization in Machine Learning: Foundations and Applications, AAAI 2023",
    ],
    "mentees": [
        "May 2024 – August 2024", "Yuhao Sun (Undergraduate, University of Science and Technology of China)",
        "[ICCV'25]", "May 2024 – October 2024", "Hanhui Wang (Master's, University of Southern California)",
        "[CVPR'25]", "May 2023 – August 2024",
        "Chongyu Fan (Undergraduate, Huazhong University of Science and Technology → PhD, Michigan State University)",
        "[ICLR'24]", "December 2022 – August 2024", "Haomin Zhuang (PhD, University of Notre Dame)", "[CVPR'23]",
        "[ACL'25 Main]", "August 2023 – December 2023", "[AAAI'25]",
        "Can Jin (Undergraduate, University of Science and Technology of China → PhD, Rutgers University)",
        "October 2022 – October 2023",
        "Aochuan Chen (Undergraduate, Tsinghua University → PhD, Hong Kong University of Science and Technology)",
    ],
    "grants": [
        "2024 – 2025", "Towards LifeLong LMM Agents in Embodied AI", "Cisco Research Award; USD 75,000",
        "Enhancing Large Language Model Unlearning across the Lifecycle", "NAIRR Pilot Resource Award; USD 20,000",
        "Role: Co-proposal writer; Principal investigator: Sijia Liu",
    ],
}  # fmt: skip
LIU = {
    "head": [
        "Zihang Liu", "Homepage", "LinkedIn", "GitHub", "Berkeley, CA",
    ],
    "education": [
        "August 2024 – present", "Master, Electrical Engineering and Computer Science",
        "University of California, Berkeley", "September 2020 – June 2024",
        "B.Eng., Intelligence Science and Technology", "Beijing University of Posts and Telecommunications",
        "Grade: 90%; Rank: 4/68", "Linear Algebra 98%", "Discrete Mathematics 93%",
        "Probability Theory and Statistics 93%", "Neural Network and Deep Learning 97%",
        "Design and Analysis of Algorithms 93%", "Operating System 90%", "Introduction to Reinforcement Learning 95%",
    ],
    "interests": [
        "Diagnosis of models", "Robust machine learning", "Efficient training", "Scientific machine learning",
    ],
    "publications": [
        "[EMNLP'24]", "Zihang Liu, Yuanzhe Hu, Tianyu Pang, Yefan Zhou, Pu Ren, Yaoqing Yang",
        "Model Balancing Helps Low-data Training and Fine-tuning", "Oral.", "[Preprint]",
        "Yunhao Du, Zihang Liu, Fei Su", "EnsembleMOT: A Step Towards Ensemble Learning of Multiple Object Tracking",
    ],
    "research": [
        "August 2024 – present", "Graduate Researcher, University of California, Berkeley", "Berkeley, CA",
        "Advisor: Michael Mahoney", "LLaMA-3.1-70B", "GPT-4o", "MCTS", "July 2023 – July 2024",
        "Undergraduate Researcher, Dartmouth College", "Hanover, NH", "Advisor: Yaoqing Yang", "(HT-SR)", "(SAM)",
        "up to 10%", "June 2022 – January 2023", "Undergraduate Research Assistant", "Advisor: Fei Su",
        "3% more MOTA and IDF1", "ICASSP 2023", "MCPRL", "CodeLLaMA", "OK-VQA and GQA", "GPT-2", "(EWC)",
    ],
    "experience": [
        "Leadingtek Corp", "Beijing", "Hash tables, binary search trees and quicksort", "stored procedures",
    ],
    "service": [
        "Foundation Models for Science", "2024", "Student volunteer coordinator", "EMNLP 2024",
    ],
    "awards": [
        "Berkeley Conference Travel Grant", "First-class Scholarship", "Ranked 1/68", "Second-class Scholarship ×2",
        "2021, 2022", "Ranked 4/68", "National Mathematics Competition for College Students",
        "Second place (top 10%)", "“Internet+” Innovation and Entrepreneurship Competition", "Third place (top 10%)",
    ],
    "talks": [
        "12 November 2024", "Model Balancing Helps Low-data Training and Fine-tuning", "EMNLP 2024", "Recording",
    ],
    "skills": [
        "TOEFL iBT 114 (listening 29, reading 30, speaking 27, writing 28)", "GRE 328 (quantitative 170)", "Python",
        "C/C++", "SQL", "Rust", "VHDL", "Linux, PyTorch, Git, Slurm", "Tennis for BUPT", "quarterfinals",
    ],
}  # fmt: skip
YI = {
    "education": [
        "December 2021 – present", "Advisor: Peter Richtárik", "Proposal defended in April 2024",
        "April 2020 – December 2021", "Advisor: Mohamed Elhoseiny", "until June 2019", "Xi'an Jiaotong University",
        "With honours",
    ],
    "interests": [
        "LLM compression", "Federated learning", "Distributed optimization",
    ],
    "experience": [
        "Sony AI", "Vector Institute", "Tencent AI Lab", "CMU Xulab", "NUS CVML Group", "SenseTime Research",
        "from June 2023", "from December 2020", "from February 2020",
    ],
    "publications": [
        "PV-Tuning", "Oral · 0.4%, 61 of 15,671 submissions", "Cohort Squeeze", "FedP3", "EF-BV", "HGR-Net",
        "VisualGPT", "DACZSL", "arXiv:2501.18980", "Exploring Real-World Challenges in Federated Learning",
        "[Master's thesis]", "CIZSL++",
    ],
    "service": [
        "NeurIPS 2025, 2024, 2023, 2022", "ICML 2025, 2022", "ICLR 2025, 2023", "ECCV 2024, 2022",
        "CVPR 2024, 2023, 2022", "AISTATS 2024, 2023", "WACV 2024, 2023", "BMVC 2023, 2022", "ICCV 2023",
        "ACM Multimedia", "IEEE TMC (2025 ×2)", "IEEE TSP (2024)", "CVIU (2023)", "IJCV (2023 ×2, 2022)",
        "IEEE TPAMI (2023)", "IEEE TIP (2022)", "AAAI 2024, 2023", "CS283: Deep Generative Modeling",
        "Orientation leader", "Student ambassador of CEMSE",
    ],
    "talks": [
        "28 April 2021", "CIZSL++", "KAUST AI Initiative", "Recording",
    ],
}  # fmt: skip
FACTS = {"yihua-zhang": ZHANG, "zihang-liu": LIU, "kai-yi": YI}
CASES = [(slug, section) for slug, sections in FACTS.items() for section in sections]


@pytest.fixture(autouse=True)
def loaded(demo_rows, db):
    """Every test sees the demo data."""


def section_text(document, name: str) -> str:
    if name == "head":
        return "\n".join([document.name, document.native_name, *map(text_of, document.head)])
    section = next(each for each in document.sections if each.name == name)
    found = []
    for entry in section.entries:
        found += [entry.label, text_of(entry.title), *map(text_of, entry.lines)]
        found += [text_of(line) for block in entry.blocks for line in block.lines]
    return "\n".join([section.heading, text_of(section.note), *found])


@pytest.mark.parametrize("slug", FACTS)
def test_document_page_and_file_hold_every_fact(client, tmp_path, slug):
    document = document_of(slug)
    everywhere = squeezed(text_of_document(document))
    page = client.get(f"/people/{slug}/cv/").context["document"]
    printed = squeezed(text_of_pdf(make_pdf(document), tmp_path, "-raw"))
    for section, facts in FACTS[slug].items():
        text = section_text(document, section)
        assert [fact for fact in facts if fact not in text] == [], section
        assert [fact for fact in facts if fact not in section_text(page, section)] == [], section
        assert [fact for fact in facts if squeezed(fact) not in everywhere] == [], section
        assert [fact for fact in facts if squeezed(fact) not in printed] == [], section


def test_every_paper_of_the_first_cv_is_listed_with_its_tag():
    document = document_of("yihua-zhang")
    entries = next(section for section in document.sections if section.name == "publications").entries
    assert len(entries) == 45
    tags = [entry.label for entry in entries if not entry.label.startswith("[Preprint")]
    expected = {
        "[ACL'25]": 1, "[ICML Workshop'25]": 1, "[CVPR'25]": 1, "[CPAL'25]": 1, "[NeurIPS'24]": 3, "[ICML'24]": 1,
        "[IEEE SPM'24]": 1, "[NeurIPS'23]": 1, "[ICCV'23]": 1, "[ICLR'23]": 2, "[NeurIPS'22]": 2, "[ICML'22]": 1,
        "[CVPR'22]": 1, "[ICCV'25]": 1, "[ICML'25]": 2, "[ICLR'25]": 1, "[AAAI'25]": 1, "[EMNLP'24]": 1, "[ECCV'24]": 1,
        "[ICLR'24]": 2, "[IEEE JSTSP'24]": 1, "[ICML'23]": 1, "[CVPR'23]": 2, "[UAI'22]": 1,
    }  # fmt: skip
    assert {tag: tags.count(tag) for tag in expected} == expected
    assert len(tags) == 31
    told = [text_of(entry.title) for entry in entries]
    for fact in ("Oral · 1.7% of 8,620 submissions.", "Oral · 1.8% of 11,603 submissions.",
                 "Spotlight · 5% of 7,262 submissions.", "Best paper runner-up."):  # fmt: skip
        assert [fact in text for text in told].count(True) == 1, fact
    assert [text.count("*") for text in told if "SEUF" in text] == [2]


def test_the_owner_is_bold_by_link_and_not_by_name():
    """Ten papers have two authors printed “Y. Zhang”: one of them is bold."""
    document = document_of("yihua-zhang")
    entries = next(section for section in document.sections if section.name == "publications").entries
    for entry in entries:
        assert len([run for run in entry.title if run.is_name and run.is_strong]) == 1
    two = [entry for entry in entries if [run.text for run in entry.title].count("Y. Zhang") == 2]
    assert len(two) == 10


def test_first_document_has_its_sections_in_its_order():
    assert [section.name for section in document_of("yihua-zhang").sections] == [
        "education", "awards", "experience", "highlights", "publications", "service", "mentees", "grants", "talks",
    ]  # fmt: skip


def test_second_document_has_its_sections_in_its_order():
    """Its awards stand apart from services, and its internship from research: both have places of their own."""
    names = [section.name for section in document_of("zihang-liu").sections]
    assert names == [
        "education", "interests", "awards", "experience", "highlights", "publications", "research", "service", "talks",
        "skills",
    ]  # fmt: skip


@pytest.mark.parametrize("slug", FACTS)
def test_private_contact_stays_away(client, tmp_path, slug):
    text = text_of_pdf(client.get(f"/people/{slug}/cv.pdf").content, tmp_path)
    assert "555" not in text
    assert ("example.org" in text) is (slug == "yihua-zhang")


@pytest.mark.parametrize("slug", FACTS)
def test_two_pages_are_two_pages(slug):
    document = document_of(slug, "short")
    assert [count_pages(document, paper) for paper in PAPERS] == [2, 2]
    assert document.left_out.startswith("Left out here")

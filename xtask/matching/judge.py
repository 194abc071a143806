"""Runs lists through our program and two peers on one machine, and writes what came of it as a section of Markdown.

usage: judge.py TOOL FOLDER OUT
"""

import csv
import os
import resource
import subprocess
import sys
import time
from collections import Counter

import lists
import peers

ORIGINALS = [(f"febrl{number}", f"FEBRL {number}") for number in (1, 2, 3)]
LATIN, HINDI, EVERY = ["Latin"], ["Devanagari"], lists.SCRIPTS
# name, words, arguments of lists.indian; the seeds are of no list that anything was looked at with.
INDIAN = [
    ("latin", "Latin × Latin", dict(scripts=(LATIN, LATIN))),
    ("hindi", "Devanagari × Devanagari", dict(scripts=(HINDI, HINDI))),
    ("cross", "Devanagari × Latin", dict(scripts=(HINDI, LATIN))),
    ("bengali", "Bengali × Devanagari", dict(scripts=(["Bengali"], HINDI))),
    ("tamil", "Tamil × Latin", dict(scripts=(["Tamil"], LATIN))),
    ("telugu", "Telugu × Kannada", dict(scripts=(["Telugu"], ["Kannada"]))),
    ("urdu", "Urdu × Latin", dict(scripts=(["Urdu"], LATIN))),
    ("every", "eleven scripts, mixed × mixed", dict(scripts=(EVERY, EVERY))),
    ("english", "`en_IN` names, Latin × Latin", dict(scripts=(LATIN, LATIN), locales=["en_IN"])),
    ("noisy", "mixed, nearly twice the slips", dict(scripts=(EVERY, EVERY), noise=1.8)),
    ("bare", "mixed, no parents, PIN, birth, height, marks",
     dict(scripts=(EVERY, EVERY), blank=["father_name", "mother_name", "pin", "height_cm", "marks", "date_of_birth"])),
    ("kin", "Devanagari × Latin, nearly all with a sibling", dict(scripts=(HINDI, LATIN), siblings=0.9)),
    ("many", "mixed, found up to five times", dict(scripts=(EVERY, EVERY), many=5)),
    ("few", "twenty rows each", dict(scripts=(EVERY, EVERY), missing=20, found=20)),
]
SEED = 20261129
# What a missed pair is counted under: the first of these that holds of one of its two rows.
CAUSES = ["nickname", "no surname", "name written otherwise", "slip in the name", "parents exchanged", "wrong birth", "wrong sex",
          "found elsewhere"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def timed(command):
    """Seconds of a program."""
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return time.time() - began


def truth_of(folder, name):
    truth = {}
    with open(os.path.join(folder, f"{name}_truth.csv"), encoding="utf-8") as file:
        for row in list(csv.reader(file))[1:]:
            truth.setdefault(row[0], set()).add(row[1])
    return truth


def f1(found, truth):
    right = len(found & truth)
    precision, recall = right / max(1, len(found)), right / max(1, len(truth))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def recall_at(ranked, truth):
    """Share of those with a match whose first, or first ten, hold it."""
    sought = [one for one in truth if truth[one]]
    first = sum(bool(ranked.get(one)) and ranked[one][0] in truth[one] for one in sought)
    ten = sum(any(other in truth[one] for other in ranked.get(one, [])[:10]) for one in sought)
    return first / max(1, len(sought)), ten / max(1, len(sought))


def our_match(tool, folder, name):
    out = os.path.join(folder, f"{name}_pairs.csv")
    seconds = timed([tool, "admin", "match", "--missing", os.path.join(folder, f"{name}_missing.csv"),
                     "--found", os.path.join(folder, f"{name}_found.csv"), "--out", out])
    ranked, shown = {}, []
    for row in read(out):
        ranked.setdefault(row["missing_id"], []).append(row["found_id"])
        if float(row["probability"]) >= 0.9:
            shown.append((row["missing_id"], row["found_id"]))
    return ranked, shown, seconds


def febrl(tool, folder, page):
    page += ["### FEBRL 1 to 3, without the social security number", "",
             "| list | program | dedupe: precision | recall | F1 | s | ranking: first | among ten | s |", "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    for name, words in ORIGINALS:
        pairs = {tuple(row.values()) for row in read(os.path.join(folder, f"{name}_truth.csv"))}
        out = os.path.join(folder, f"{name}_pairs.csv")
        seconds = timed([tool, "admin", "dedupe", "--in", os.path.join(folder, f"{name}.csv"), "--out", out])
        ours = {tuple(sorted((row["id_a"], row["id_b"]))) for row in read(out)}
        ranked, _, ranking = our_match(tool, folder, name)
        original = {one: {one.rsplit("-dup-")[0] + "-org"} for one in ranked}
        rows = [("ours", f1(ours, pairs), seconds, recall_at(ranked, original), ranking)]
        for peer in (peers.ecm, peers.splink):
            found, seconds, ranked, ranking = peer(int(name[-1]))
            rows.append((peer.title, f1(found, pairs), seconds, recall_at(ranked, original), ranking))
        for program, (precision, recall, score), seconds, (first, ten), ranking in rows:
            page.append(f"| {words} | {program} | {precision:.4f} | {recall:.4f} | **{score:.4f}** | {seconds:.1f} | {first:.4f} | {ten:.4f} | {ranking:.1f} |")
            print(page[-1], flush=True)
    page.append("")


def why_missed(known, pair):
    """The kind of a true pair that is not shown."""
    slips = known[pair[0]][1] | known[pair[1]][1]
    cause = next((cause for cause in CAUSES if cause in slips), "nothing of these")
    alone = {"no father", "no mother"} <= slips
    return f"{cause}, no parent in both" if alone else cause


def kinds(page, title, counts, total, words):
    page += [f"| {title} | number | share |", "|---|--:|--:|"]
    page += [f"| {kind} | {number} | {number / max(1, total):.4f} |" for kind, number in counts.most_common()]
    page += ["", f"Shares are of {total} {words}.", ""]


def indian(tool, folder, page):
    missed, mistaken, pairs, proposed = Counter(), Counter(), 0, 0
    page += ["### Indian lists: missing × found", "",
             "| list | program | first | among ten | at 0.9: precision | recall | s |", "|---|---|--:|--:|--:|--:|--:|"]
    for name, words, how in INDIAN:
        arguments = {"missing": 2000, "found": 4000, **how}
        known = lists.indian(folder, name, SEED, **arguments)
        truth = truth_of(folder, name)
        all_true = {(one, other) for one, others in truth.items() for other in others}
        ranked, shown, seconds = our_match(tool, folder, name)
        precision, recall, _ = f1(set(shown), all_true)
        first, ten = recall_at(ranked, truth)
        pairs, proposed = pairs + len(all_true), proposed + len(shown)
        for pair in all_true - set(shown):
            among = pair[1] in ranked.get(pair[0], [])[:10]
            missed[("among ten, below 0.9: " if among else "not among ten: ") + why_missed(known, pair)] += 1
        for one, other in set(shown) - all_true:
            mistaken["brother or sister" if known[one][0] == known[other][0] else "strangers"] += 1
        page.append(f"| {words} | ours | {first:.4f} | {ten:.4f} | {precision:.4f} | {recall:.4f} | {seconds:.1f} |")
        print(page[-1], flush=True)
        if name in ("latin", "cross"):
            ranked, seconds = peers.splink_lists(os.path.join(folder, f"{name}_missing.csv"), os.path.join(folder, f"{name}_found.csv"))
            first, ten = recall_at(ranked, truth)
            page.append(f"| {words} | {peers.splink.title} | {first:.4f} | {ten:.4f} | | | {seconds:.1f} |")
            print(page[-1], flush=True)
    page += ["", "### What is missed and mistaken in all of these lists, by kind", ""]
    kinds(page, "a true pair that is not shown at 0.9", missed, pairs, "true pairs")
    kinds(page, "a pair shown at 0.9 that is not one child", mistaken, proposed, "pairs shown")


def large(tool, folder, page):
    lists.indian(folder, "large", SEED, 100_000, 100_000, (HINDI, LATIN))
    truth = truth_of(folder, "large")
    ranked, shown, seconds = our_match(tool, folder, "large")
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    precision, recall, _ = f1(set(shown), {(one, other) for one, others in truth.items() for other in others})
    first, ten = recall_at(ranked, truth)
    page += ["### 100,000 × 100,000, Devanagari × Latin", "", "| first | among ten | at 0.9: precision | recall | s | memory |",
             "|--:|--:|--:|--:|--:|--:|", f"| {first:.4f} | {ten:.4f} | {precision:.4f} | {recall:.4f} | {seconds:.0f} | {megabytes} MB |", ""]
    print(page[-2], flush=True)


def main():
    tool, folder, out = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    lists.febrl(folder)
    page = []
    febrl(tool, folder, page)
    indian(tool, folder, page)
    large(tool, folder, page)
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(page))


main()

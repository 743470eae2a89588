"""The partner site: pages, downloads and console, rendered from the contract, its ledger and its releases.

The parts, in the order in which data flows through them:

inputs                                   finds the contract, its ledger, the client, releases, a report, the console
terms, patterns, wording, reference,
backing                                  constraints in words, field by field, with the claims that they rest on
examples, samples, chains                the contract's examples as requests, as code to copy, as a sequence to run
pages, operations, schemas, ledger,
assembly                                 which pages there are, and what each one shows
links, markdown, excerpts, rendering     templates to HTML, and to a Markdown twin of each page
bundle, postman, httpfile, packages,
sbom, downloads                          what partners take with them, with checksums
search, discovery, changelog,
conformance, console                     what stands beside the pages
build, verify, folder, serve, cli        all files in memory, checked, put into place, shown
"""

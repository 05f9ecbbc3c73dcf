// The words of --help.
#pragma once

namespace costmill::app::usage {

inline constexpr const char* kCostmill = "Daily cost summaries of OpenShift clusters, from the usage that they report as Parquet.";
inline constexpr const char* kCostmillExamples =
    "A first look:\n"
    "  costmill sample demo                                    write a small data set, and say what to type next\n"
    "  costmill run --input file:DIR --month 2025-10           summarize a month into ./costmill.db\n"
    "  costmill show                                           look at the result\n"
    "  costmill report                                         the same and more in a browser\n"
    "\n"
    "Every option of run is also a config key (costmill.yaml, --config FILE) and a variable COSTMILL_<SECTION>_<KEY>.\n"
    "Exit codes: 0 done, 1 difference found, 2 bad usage or config, 3 bad or corrupt input, 4 input unavailable,\n"
    "5 sink or reference unavailable, 6 some days failed, 7 no memory, 70 a bug, 130/143 interrupted.";

inline constexpr const char* kRun = "Summarize the days of the window that are new or changed, and write them to the sink";
inline constexpr const char* kRunExamples =
    "Examples:\n"
    "  costmill run --input file:data --month 2025-10\n"
    "  costmill run --input file:data --sink csv:out --from 2025-10-30 --to 2025-11-02 --reference csv:reference\n"
    "  costmill run --config prod.yaml --cluster all --keep-going --watch 300\n"
    "  costmill run --config prod.yaml --set performance.memory_limit=512MiB --print-config";

inline constexpr const char* kPlan = "Say what run would read and write; touches nothing";
inline constexpr const char* kPlanExamples =
    "Examples:\n"
    "  costmill plan --input file:data --month 2025-10\n"
    "  costmill plan --config prod.yaml --cluster all --full";

inline constexpr const char* kShow = "Show the tables that people ask for first";
inline constexpr const char* kShowExamples =
    "Examples:\n"
    "  costmill show                                           a summary of ./costmill.db\n"
    "  costmill show namespaces --sink sqlite:costmill.db --month 2025-10 --limit 0\n"
    "  costmill show nodes --sink csv:out --format csv > nodes.csv\n"
    "  costmill show storage --sink parquet:out --format json\n"
    "  costmill show receipts --format json                    what each day was made of";

inline constexpr const char* kReport = "Write a report of a month: one HTML file that needs no network";
inline constexpr const char* kReportExamples =
    "Examples:\n"
    "  costmill report                                         the last month of ./costmill.db\n"
    "  costmill report --sink csv:out --month 2025-10 --output october.html\n"
    "  costmill report --config prod.yaml --cluster prod --from 2025-10-06 --to 2025-10-12 --output - > week.html";

inline constexpr const char* kCompare = "Compare the rows of two sinks; exit code 1 if they differ";
inline constexpr const char* kCompareExamples =
    "Examples:\n"
    "  costmill compare sqlite:costmill.db csv:out\n"
    "  costmill compare csv:before csv:after --tolerance 1e-9 --limit 50";

inline constexpr const char* kVerify = "Make recorded days again and compare them with the sink's rows; exit code 1 if they differ";
inline constexpr const char* kVerifyExamples =
    "Examples:\n"
    "  costmill verify --input file:data --month 2025-10\n"
    "  costmill verify --config prod.yaml --cluster all --sample 2";

inline constexpr const char* kPrune = "Remove clusters, or old months, from a sink";
inline constexpr const char* kPruneExamples =
    "Examples:\n"
    "  costmill prune --older-than 12 --dry-run                what lies before the last twelve months\n"
    "  costmill prune --sink csv:out --cluster 6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b";

inline constexpr const char* kSample = "Write the bundled data set into a folder";
inline constexpr const char* kSampleExamples =
    "Example:\n"
    "  costmill sample demo";

inline constexpr const char* kInitDb = "Make what a PostgreSQL database lacks: tables, partitions, rights; run it as the owner";
inline constexpr const char* kInitDbExamples =
    "Examples:\n"
    "  costmill init-db --sink 'postgresql://owner@db.example.com/koku?schema=org1234567' --role costmill\n"
    "  costmill init-db --config prod.yaml --month 2025-10 --month 2025-11\n"
    "  costmill init-db --config prod.yaml --dry-run > init.sql";

inline constexpr const char* kDoctor = "Say what stands in the way of a run: config, input, reference data, sink, machine; changes nothing";
inline constexpr const char* kDoctorExamples =
    "Examples:\n"
    "  costmill doctor --sink 'postgresql://costmill@db.example.com/koku?schema=org1234567'\n"
    "  costmill doctor --input s3://cost-management\n"
    "  costmill doctor --config prod.yaml\n"
    "  costmill doctor --input file:data --format json\n"
    "\n"
    "Exit code 4 if there is a problem with the input, 5 with sink or reference data; warnings alone give 0.";

inline constexpr const char* kCompletion = "Print what makes a shell complete the words of costmill";
inline constexpr const char* kCompletionExamples =
    "Examples:\n"
    "  source <(costmill completion bash)                      in ~/.bashrc; zsh likewise in ~/.zshrc, after compinit\n"
    "  costmill completion fish > ~/.config/fish/completions/costmill.fish";

}  // namespace costmill::app::usage

// The sinks and readers behind open_sink and open_sink_reader.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sink/pending_file.h"
#include "sink/sink.h"

namespace costmill {

inline Durability durability_of(const SinkOptions& options) { return options.is_staged ? Durability::kNone : Durability::kSynced; }

std::unique_ptr<Sink> open_csv_sink(const std::filesystem::path& folder, const SinkOptions& options);
std::unique_ptr<SinkReader> open_csv_reader(const std::filesystem::path& folder_or_file);

std::unique_ptr<Sink> open_parquet_sink(const std::filesystem::path& folder, const SinkOptions& options);
std::unique_ptr<SinkReader> open_parquet_reader(const std::filesystem::path& folder);

std::unique_ptr<Sink> open_sqlite_sink(const std::filesystem::path& file, const SinkOptions& options);
std::unique_ptr<SinkReader> open_sqlite_reader(const std::filesystem::path& file);

std::unique_ptr<Sink> open_postgres_sink(std::string_view uri, const SinkOptions& options);
std::unique_ptr<SinkReader> open_postgres_reader(std::string_view uri, const PostgresSettings& settings);

// Error(kSinkUnavailable): nothing to read at `path`.
[[noreturn]] void throw_nothing_to_read(const std::filesystem::path& path, std::string_view expected);

}  // namespace costmill

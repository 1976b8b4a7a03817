// One table of keys and values, one transaction from one commit() to the next.
#include "storage/sqlite_journal.h"

#include <sqlite3.h>

#include <system_error>
#include <utility>

namespace wasmqtt {
namespace {

// A key or value of no bytes is an empty blob, not NULL.
int bind(sqlite3_stmt* statement, int index, mqtt::Bytes bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  return sqlite3_bind_blob64(statement, index, data, bytes.size(), SQLITE_STATIC);
}

mqtt::Bytes column(sqlite3_stmt* statement, int index) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, index))};
}

}  // namespace

void SqliteJournal::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void SqliteJournal::Close::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteJournal::SqliteJournal(const std::filesystem::path& folder, Durability durability)
    : path_(folder / "broker.sqlite") {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw JournalError("--data: the folder '" + folder.string() + "' can't be made: " + error.message());
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path_.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  database_.reset(database);
  if (opened != SQLITE_OK) fail("can't be opened");
  // A second process would not know what this one has in memory.
  execute("PRAGMA locking_mode = EXCLUSIVE");
  execute("PRAGMA journal_mode = WAL");
  execute(durability == Durability::Disk ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  execute("CREATE TABLE IF NOT EXISTS record (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  put_ = prepare("INSERT INTO record (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2");
  erase_ = prepare("DELETE FROM record WHERE key = ?1");
}

// What is not committed was told to nobody.
SqliteJournal::~SqliteJournal() = default;

void SqliteJournal::restore(mqtt::Broker& broker, mqtt::Instant now) {
  const Statement records = prepare("SELECT key, value FROM record ORDER BY key");
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(records.get())) == SQLITE_ROW) {
    const auto restored = broker.restore(column(records.get(), 0), column(records.get(), 1));
    if (!restored) throw JournalError("--data: " + path_.string() + ": " + restored.error().text);
  }
  if (step != SQLITE_DONE) fail("can't be read");
  broker.finish_restoring(now);
  commit();
}

void SqliteJournal::put(mqtt::Bytes key, mqtt::Bytes value) {
  bind(put_.get(), 1, key);
  bind(put_.get(), 2, value);
  run(put_);
}

void SqliteJournal::erase(mqtt::Bytes key) {
  bind(erase_.get(), 1, key);
  run(erase_);
}

// The core does not expect exceptions: what goes wrong is told by the next commit().
void SqliteJournal::run(const Statement& statement) {
  if (has_failed_) return;
  if (!has_begun_) {
    has_failed_ = sqlite3_step(begin_.get()) != SQLITE_DONE;
    sqlite3_reset(begin_.get());
    has_begun_ = true;
  }
  has_failed_ = has_failed_ || sqlite3_step(statement.get()) != SQLITE_DONE;
  if (has_failed_) failure_ = sqlite3_errmsg(database_.get());
  sqlite3_reset(statement.get());
}

void SqliteJournal::commit() {
  if (has_failed_) throw JournalError("--data: " + path_.string() + " can't be written: " + failure_);
  if (!std::exchange(has_begun_, false)) return;
  const bool is_committed = sqlite3_step(commit_.get()) == SQLITE_DONE;
  sqlite3_reset(commit_.get());
  if (!is_committed) fail("can't be written");
}

SqliteJournal::Statement SqliteJournal::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) fail("can't be used");
  return Statement(statement);
}

void SqliteJournal::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("can't be used");
}

void SqliteJournal::fail(const std::string& what) const {
  const int code = sqlite3_errcode(database_.get());
  const char* reason =
      code == SQLITE_BUSY || code == SQLITE_LOCKED ? "another server uses it" : sqlite3_errmsg(database_.get());
  throw JournalError("--data: " + path_.string() + " " + what + ": " + reason);
}

}  // namespace wasmqtt

// The broker's journal -> a table of an SQLite database.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "config/server_options.h"
#include "mqtt/broker/broker.h"
#include "mqtt/session/journal.h"

struct sqlite3;
struct sqlite3_stmt;

namespace wasmqtt {

// Its text is a sentence for the person who started the program.
class JournalError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One process' alone. What was put and erased since the last commit() is stored by the next one, or not at all.
class SqliteJournal final : public mqtt::Journal {
 public:
  // Makes the folder and the database if they are not there. Throws JournalError.
  SqliteJournal(const std::filesystem::path& folder, Durability durability);
  ~SqliteJournal() override;
  SqliteJournal(const SqliteJournal&) = delete;
  SqliteJournal& operator=(const SqliteJournal&) = delete;

  // Everything into a broker that was just made. Throws JournalError when the database is not one of this broker's.
  void restore(mqtt::Broker& broker, mqtt::Instant now);

  void put(mqtt::Bytes key, mqtt::Bytes value) override;
  void erase(mqtt::Bytes key) override;
  // Throws JournalError when anything since the last commit() could not be stored, for lack of room say. Nothing that
  // was done since may be told to a client then.
  void commit();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  Statement prepare(const char* sql);
  void execute(const char* sql);
  void run(const Statement& statement);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> database_;
  Statement begin_, commit_, put_, erase_;
  bool has_begun_ = false;
  bool has_failed_ = false;
  std::string failure_;
};

}  // namespace wasmqtt

// A journal in memory that outlives the machines that write it.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <string>

#include "mqtt/base/result.h"
#include "mqtt/session/journal.h"

namespace mqtt::test {

class MemoryJournal : public Journal {
 public:
  void put(Bytes key, Bytes value) override { records[text(key)] = text(value); }
  void erase(Bytes key) override { records.erase(text(key)); }

  // Into a Broker or Client that has just been made; what finish_restoring() takes comes last.
  template <typename Machine, typename... Arguments>
  Result<void> restore_into(Machine& machine, Arguments... arguments) const {
    const auto kept = records;
    for (const auto& [key, value] : kept) {
      if (const auto restored = machine.restore(as_bytes(key), as_bytes(value)); !restored) return restored;
    }
    machine.finish_restoring(arguments...);
    return {};
  }

  // How many records are of this kind: the first character of their keys (recorder.h, client_recorder.h).
  std::size_t count(char kind) const {
    std::size_t found = 0;
    for (const auto& [key, value] : records)
      found += key.front() == kind ? 1 : 0;
    return found;
  }

  std::map<std::string, std::string> records;

 private:
  static std::string text(Bytes bytes) { return std::string(as_text(bytes)); }
};

// What something else may do to a journal: one record's key or value is cut off, or has another byte.
inline void damage(MemoryJournal& journal, std::uint8_t record, std::uint8_t where, std::uint8_t byte) {
  if (journal.records.empty()) return;
  const auto found = std::next(journal.records.begin(), record % static_cast<int>(journal.records.size()));
  std::string key = found->first;
  std::string value = found->second;
  std::string& text = byte % 5 == 0 ? key : value;
  const std::size_t at = where % (text.size() + 1);
  if (byte % 7 == 0) {
    text.resize(at);
  } else if (at < text.size()) {
    text[at] = static_cast<char>(byte);
  }
  journal.records.erase(found);
  journal.records[key] = value;
}

}  // namespace mqtt::test

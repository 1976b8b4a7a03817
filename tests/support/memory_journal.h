// A journal in memory that outlives the machines that write it.
#pragma once

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
  static std::string text(Bytes octets) { return std::string(as_text(octets)); }
};

}  // namespace mqtt::test

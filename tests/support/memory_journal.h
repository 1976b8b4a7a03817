// A journal in memory that outlives the brokers that write it.
#pragma once

#include <map>
#include <string>

#include "mqtt/broker/broker.h"

namespace mqtt::test {

class MemoryJournal : public BrokerJournal {
 public:
  void put(Bytes key, Bytes value) override { records[text(key)] = text(value); }
  void erase(Bytes key) override { records.erase(text(key)); }

  // Into a broker that has just been made.
  Result<void> restore_into(Broker& broker, Instant now) const {
    const auto kept = records;
    for (const auto& [key, value] : kept) {
      if (const auto restored = broker.restore(as_bytes(key), as_bytes(value)); !restored) return restored;
    }
    broker.finish_restoring(now);
    return {};
  }

  // How many records are of this kind: the first character of their keys (recorder.h).
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

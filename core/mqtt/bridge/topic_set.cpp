// Hashes in tables of open addressing.
#include "mqtt/bridge/topic_set.h"

#include <algorithm>
#include <utility>

#include "mqtt/bridge/content_hash.h"

namespace mqtt {

std::uint64_t TopicSet::hash_of(std::string_view topic) {
  return std::max<std::uint64_t>(hash_content(topic), 1);
}

std::size_t TopicSet::find(const Table& table, std::uint64_t hash) {
  const std::size_t mask = table.places.size() - 1;
  std::size_t place = hash & mask;
  while (table.places[place] != 0 && table.places[place] != hash)
    place = (place + 1) & mask;
  return place;
}

bool TopicSet::contains(std::string_view topic) const {
  const std::uint64_t hash = hash_of(topic);
  const Table& table = table_of(hash);
  return table.used > 0 && table.places[find(table, hash)] == hash;
}

void TopicSet::insert(std::string_view topic) {
  if (is_full()) return;
  const std::uint64_t hash = hash_of(topic);
  Table& table = table_of(hash);
  if (table.used >= table.places.size() / 4 * 3) grow(table);
  std::uint64_t& place = table.places[find(table, hash)];
  if (place == hash) return;
  place = hash;
  ++table.used;
  ++size_;
}

// What stands behind the place that becomes free moves up, unless it is where it belongs.
void TopicSet::erase(std::string_view topic) {
  const std::uint64_t hash = hash_of(topic);
  Table& table = table_of(hash);
  if (table.used == 0) return;
  std::size_t free = find(table, hash);
  if (table.places[free] == 0) return;
  const std::size_t mask = table.places.size() - 1;
  for (std::size_t next = (free + 1) & mask; table.places[next] != 0; next = (next + 1) & mask) {
    const std::size_t wanted = table.places[next] & mask;
    if (((next - wanted) & mask) < ((next - free) & mask)) continue;
    table.places[free] = table.places[next];
    free = next;
  }
  table.places[free] = 0;
  --table.used;
  --size_;
}

void TopicSet::clear() {
  tables_ = {};
  size_ = 0;
}

void TopicSet::grow(Table& table) {
  const auto places =
      std::exchange(table.places, std::vector<std::uint64_t>(std::max<std::size_t>(8, table.places.size() * 2)));
  for (const std::uint64_t hash : places) {
    if (hash != 0) table.places[find(table, hash)] = hash;
  }
}

}  // namespace mqtt

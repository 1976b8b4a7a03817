// A second-chance clock: a topic that comes again gains credit, a new one takes it from another.
#include "mqtt/connection/topic_alias_table.h"

#include <algorithm>

#include "mqtt/codec/encode.h"
#include "mqtt/codec/frame_reader.h"

namespace mqtt {

namespace {

constexpr std::uint8_t kMaximumCredit = 3;

// An alias and its property take three bytes and two of the topic's length stay: below that nothing is gained.
constexpr std::size_t kShortestTopic = 4;

}  // namespace

void TopicAliasTable::apply(Publish& publish, std::uint32_t receiver_maximum_packet_size) {
  constexpr std::size_t kAliasBytes = 4;  // the property, and what it may add to its block's length
  if (receiver_maximum_packet_size < kMaximumPacketSize &&
      encoded_size(publish, ProtocolVersion::V5_0) + kAliasBytes > receiver_maximum_packet_size) {
    return;
  }
  const Use named = use(publish.topic);
  if (named.alias == 0) return;
  publish.properties.topic_alias = named.alias;
  if (named.is_known) publish.topic = {};
}

void TopicAliasTable::reset(std::uint16_t maximum) {
  aliases_ = {};
  entries_ = {};
  hand_ = 0;
  maximum_ = maximum;
}

TopicAliasTable::Use TopicAliasTable::use(std::string_view topic) {
  if (maximum_ == 0 || topic.size() < kShortestTopic) return {};
  if (const auto found = aliases_.find(topic); found != aliases_.end()) {
    Entry& entry = entries_[found->second - std::size_t{1}];
    entry.credit = std::min<std::uint8_t>(static_cast<std::uint8_t>(entry.credit + 1), kMaximumCredit);
    return {.alias = found->second, .is_known = true};
  }
  if (entries_.size() < maximum_) {
    const auto alias = static_cast<std::uint16_t>(entries_.size() + 1);
    entries_.push_back({.topic = &aliases_.emplace(topic, alias).first->first});
    return {.alias = alias, .is_known = false};
  }
  Entry& entry = entries_[hand_];
  const auto alias = static_cast<std::uint16_t>(hand_ + 1);
  hand_ = (hand_ + 1) % entries_.size();
  if (entry.credit > 0) {
    --entry.credit;
    return {};
  }
  aliases_.erase(aliases_.find(*entry.topic));
  entry.topic = &aliases_.emplace(topic, alias).first->first;
  return {.alias = alias, .is_known = false};
}

}  // namespace mqtt

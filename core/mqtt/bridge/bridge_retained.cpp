// What crosses while both brokers are there, and what is known of it when one of them was away.
#include "mqtt/bridge/bridge_retained.h"

#include <algorithm>
#include <utility>

#include "mqtt/bridge/content_hash.h"

namespace mqtt {

namespace {

// Of a topic without a retained message; no payload has it.
constexpr std::uint64_t kCleared = 0;

// Values of QoS 0 that await a PINGRESP; further ones are told again.
constexpr std::size_t kMostUnconfirmed = 10'000;

// Between two PINGREQs for single messages.
constexpr Duration kPingPause = std::chrono::seconds(1);

bool has_plain_properties(const Publish& message) {
  const Properties& properties = message.properties;
  return !properties.payload_format_indicator && !properties.message_expiry_interval && !properties.content_type &&
         !properties.response_topic && !properties.correlation_data && properties.user_properties.empty();
}

}  // namespace

Bridge::Retained::Retained(State& bridge, RetainedStore& store) : bridge_(bridge), store_(store), changed_(store) {
  store_.watch(this);
}

Bridge::Retained::~Retained() {
  store_.watch(nullptr);
  store_.end_walk();
}

void Bridge::Retained::begin(bool session_present) {
  if (!session_present) {
    known_.clear();
    asked_for_.clear();
  }
  hear_all();
}

void Bridge::Retained::hear_all() {
  phase_ = Phase::Hearing;
  barrier_ = Barrier::None;
  forget_exchange();
  changed_.begin_exchange();
}

void Bridge::Retained::subscribed() {
  stop_asking();
  heard_at_ = now();
  barrier_ = remote().map.routes().empty() ? Barrier::Reached : Barrier::Wanted;
}

// What waits in the client for the next connection is answered for there.
void Bridge::Retained::end() {
  phase_ = Phase::Away;
  forget_exchange();
  for (std::vector<Sent>* lost : {&unasked_, &asked_}) {
    for (const Sent& sent : std::exchange(*lost, {}))
      note_end(sent);
  }
  has_pinged_ = false;
}

void Bridge::Retained::forget_exchange() {
  store_.end_walk();
  seen_.clear();
  missing_ = {};
  missing_bytes_ = 0;
  awaited_subacks_ = 0;
}

void Bridge::Retained::local_is_ready() {
  passing_.clear();
  if (phase_ == Phase::Away) return;
  hear_all();
  remote().is_to_subscribe = true;
}

// --- what crosses

// What is asked for with a subscription mostly comes behind its SUBACK; what comes before may have waited for the
// connection, and is a message then that must not be lost.
Bridge::Retained::Crossing Bridge::Retained::heard(const BridgeRoute& route, Publish& message) {
  const bool is_hearing = phase_ == Phase::Hearing;
  if (bridge_.is_plain() && !message.retain)
    message.retain = known_.contains(message.topic) || (phase_ != Phase::InStep && seen_.contains(message.topic));
  if (!message.retain) return Crossing::AsItIs;
  const bool waited = is_hearing && !route.is_granted;
  const bool loses = is_hearing && is_newer_here(message.topic);
  if (waited) {
    // It may have been cleared since: if it is not told of again, it is missed.
    if (!message.payload.empty()) known_.insert(message.topic);
    return loses ? Crossing::NotRetained : Crossing::AsItIs;
  }
  learn(message.topic, !message.payload.empty());
  if (phase_ != Phase::InStep) heard_at_ = now();
  if (loses || (is_hearing && is_same_here(message))) return Crossing::Nothing;
  if (changed_.names(message.topic) && passing_.size() < kMostUnconfirmed) passing_.emplace(message.topic);
  return Crossing::AsItIs;
}

bool Bridge::Retained::is_newer_here(std::string_view topic) const {
  return changed_.names(topic) || (changed_.are_all() && store_.find(topic, now()));
}

bool Bridge::Retained::is_same_here(const Publish& message) const {
  const Message here = store_.find(message.topic, now());
  if (!here) return message.payload.empty();
  Publish publish;
  here.to_publish(publish, now());
  return has_plain_properties(message) && has_plain_properties(publish) &&
         as_text(publish.payload) == as_text(message.payload);
}

void Bridge::Retained::learn(std::string_view topic, bool is_retained) {
  TopicSet& known = phase_ == Phase::InStep || phase_ == Phase::Away ? known_ : seen_;
  is_retained ? known.insert(topic) : known.erase(topic);
}

std::uint64_t Bridge::Retained::value_of(Bytes payload) {
  return payload.empty() ? kCleared : std::max<std::uint64_t>(hash_content(as_text(payload)), 1);
}

void Bridge::Retained::sent(const BridgeRoute& route, const Publish& crossing, OperationToken token) {
  std::string topic = route.from_prefix;
  topic.append(crossing.topic.substr(route.to_prefix.size()));
  note_sent({.topic = std::move(topic), .value = value_of(crossing.payload)}, crossing.qos, token);
}

void Bridge::Retained::note_sent(Sent sent, QoS qos, OperationToken token) {
  if (qos == QoS::AtMostOnce && !sent.is_own && unconfirmed() >= kMostUnconfirmed) return;
  const auto [under_way, is_first] = under_way_.try_emplace(sent.topic, UnderWay{.qos = qos});
  ++under_way->second.messages;
  under_way->second.last = sent.value;
  if (under_way->second.qos != qos) under_way->second.are_mixed = true;
  if (qos == QoS::AtMostOnce) return unasked_.push_back(std::move(sent));
  const auto [place, is_new] = sent_.try_emplace(token);
  if (!is_new) note_end(place->second);
  place->second = std::move(sent);
}

void Bridge::Retained::answered(OperationToken token, bool is_answer, ReasonCode reason) {
  const auto found = sent_.find(token);
  if (found == sent_.end()) return;
  Sent sent = std::move(found->second);
  sent_.erase(found);
  if (is_failure(reason)) return refuse(sent);
  if (is_answer) return confirm(sent);
  unasked_.push_back(std::move(sent));  // lowered to QoS 0
}

void Bridge::Retained::ping_answered() {
  if (!std::exchange(has_pinged_, false)) return;
  if (barrier_ == Barrier::Sent) {
    barrier_ = Barrier::Reached;
    heard_at_ = now();
  }
  for (const Sent& sent : std::exchange(asked_, {})) {
    confirm(sent);
    bridge_.note_answer();
  }
}

// It has arrived; but what is retained here may be another one by now, whose own message was lost or is on its way.
void Bridge::Retained::confirm(const Sent& sent) {
  learn(sent.topic, sent.value != kCleared);
  note_end(sent) ? changed_.erase(sent.topic) : changed_.insert(sent.topic, now());
}

// The same again would be refused again.
void Bridge::Retained::refuse(const Sent& sent) {
  if (note_end(sent)) changed_.erase(sent.topic);
}

// Whether nothing else of its topic is on its way, and the last that was is what is retained here.
bool Bridge::Retained::note_end(const Sent& sent) {
  if (sent.is_own && own_ > 0) --own_;
  const auto found = under_way_.find(sent.topic);
  if (found == under_way_.end() || --found->second.messages > 0) return false;
  const UnderWay ended = found->second;
  under_way_.erase(found);
  const Message here = store_.find(sent.topic, now());
  return !ended.are_mixed && ended.last == (here ? value_of(here.payload()) : kCleared);
}

// What the bridge itself put there came from the remote broker.
void Bridge::Retained::on_retained_changed(std::string_view topic, std::string_view client_identifier) {
  const bool is_own = client_identifier == bridge_.options_.local_client_identifier;
  if (given_up_.size() > 0) given_up_.erase(topic);
  if (is_own && (passing_.empty() || passing_.erase(std::string(topic)) == 0)) return;
  if (local().map.find(topic, {}) != nullptr) changed_.insert(topic, now());
}

std::string Bridge::Retained::first_unconfirmed() const {
  if (!asked_.empty()) return asked_.front().topic;
  return unasked_.empty() ? std::string() : unasked_.front().topic;
}

void Bridge::Retained::given_up(const Suspicion::Suspect& suspect) {
  Sent sent{.topic = suspect.topic};
  if (suspect.token != kNoToken) {
    const auto found = sent_.find(suspect.token);
    if (found == sent_.end()) return;
    sent = std::move(found->second);
    sent_.erase(found);
    refuse(sent);
  } else {
    changed_.erase(sent.topic);
  }
  if (!changed_.names(sent.topic)) given_up_.insert(sent.topic);
}

// --- pings

void Bridge::Retained::ping() {
  const bool has_single = !unasked_.empty() && (phase_ != Phase::InStep || next_ping_at_ <= now());
  if (has_pinged_ || (barrier_ != Barrier::Wanted && !has_single)) return;
  if (!remote().client.probe(now())) return;  // another is not answered yet
  has_pinged_ = true;
  next_ping_at_ = now() + kPingPause;
  asked_ = std::exchange(unasked_, {});
  if (barrier_ == Barrier::Wanted) barrier_ = Barrier::Sent;
}

}  // namespace mqtt

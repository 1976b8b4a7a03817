// One step of all machines of a module.
#include "machines.h"

#include <algorithm>

namespace wasmqtt {
namespace {

// What blocks of commands are expected to fit in; a larger one gives its memory back when the next smaller one comes.
constexpr std::size_t kUsualBlock = 256 * 1024;

}  // namespace

std::uint8_t* Machines::reserve(std::size_t bytes) {
  const std::size_t wanted = std::max(bytes, kUsualBlock);
  if (block_.capacity() < wanted || block_.capacity() > 4 * wanted) {
    block_.release();
    block_.reserve(wanted);
  }
  return block_.data();
}

mqtt::Instant Machines::step(std::size_t length, mqtt::Instant now) {
  begin(now);
  carry_out(length);
  return finish();
}

void Machines::begin(mqtt::Instant now) {
  now_ = now;
  boundary_.events.clear();
  consume_output();
}

void Machines::carry_out(std::size_t length) {
  CommandReader command({block_.data(), length});
  while (command.next())
    carry_out(command);
}

mqtt::Instant Machines::finish() {
  advance();
  if (others_ != nullptr) others_->exchange();
  for (ClientMachine* const client : touched_) {
    if (!client->link()) client->write_output(now_);
    note_deadline(*client);
  }
  if (others_ != nullptr) others_->write_output();
  results_ = boundary_.events.results();
  return others_ == nullptr ? deadline_ : std::min(deadline_, others_->next_deadline());
}

void Machines::note_deadline(ClientMachine& client) {
  const mqtt::Instant deadline = client.next_deadline();
  const bool is_waiting = deadline != mqtt::kNever;
  if (is_waiting != client.is_waiting) waiting_ = is_waiting ? waiting_ + 1 : waiting_ - 1;
  client.is_waiting = is_waiting;
  deadline_ = waiting_ == 0 ? mqtt::kNever : std::min(deadline_, deadline);
}

void Machines::consume_output() {
  for (ClientMachine* const client : touched_) {
    client->consume_output();
    client->is_touched = false;
  }
  touched_.clear();
  if (others_ != nullptr) others_->consume_output();
}

void Machines::carry_out(CommandReader& command) {
  if (command.kind() == CommandKind::Topic) {
    const auto fields = command.record<TopicCommand>();
    return boundary_.topics.set(fields.subject, command.text(fields.text_length));
  }
  if (command.kind() > CommandKind::LeaveUnacknowledged) {
    if (others_ != nullptr) others_->carry_out(command);
    return;
  }
  if (ClientMachine* const machine = touched_client(command.subject())) machine->carry_out(command, now_);
}

void Machines::advance() {
  if (now_ >= deadline_) {
    deadline_ = mqtt::kNever;
    for (const auto& client : clients_) {
      if (!client) continue;
      if (now_ >= client->next_deadline()) {
        touch(*client);
        client->advance(now_);
      }
      deadline_ = std::min(deadline_, client->next_deadline());
    }
  }
  if (others_ != nullptr) others_->advance();
}

ClientMachine* Machines::client(std::uint32_t number) {
  return number < clients_.size() ? clients_[number].get() : nullptr;
}

void Machines::touch(ClientMachine& client) {
  if (client.is_touched) return;
  client.is_touched = true;
  touched_.push_back(&client);
}

ClientMachine* Machines::touched_client(std::uint32_t number) {
  ClientMachine* const machine = client(number);
  if (machine != nullptr) touch(*machine);
  return machine;
}

void Machines::create_client(std::uint32_t number, const mqtt::ClientOptions& options,
                             const ClientMachine::Wants& wants) {
  if (number >= clients_.size()) clients_.resize(number + 1);
  clients_[number] = std::make_unique<ClientMachine>(number, options, wants, boundary_);
}

void Machines::destroy_client(std::uint32_t number) {
  ClientMachine* const machine = client(number);
  if (machine == nullptr) return;
  if (others_ != nullptr) others_->client_ends(*machine);
  std::erase(touched_, machine);
  if (machine->is_waiting && --waiting_ == 0) deadline_ = mqtt::kNever;
  clients_[number].reset();
}

Machines& machines() {
  static Machines& machines = *std::make_unique<Machines>().release();
  return machines;
}

}  // namespace wasmqtt

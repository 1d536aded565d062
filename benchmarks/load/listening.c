/* Clients that are heard, counted and answered without a word of Python, see compiled.py.

   What is understood are whole text and binary frames that are longer than the server's shortest
   words. All else a client is sent is left to Python, which parses it, until the client is between
   two frames again.

   Specification: RFC 6455 section 5.2. */

#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 1, BINARY = 2, FINAL = 0x80, MASKED = 0x80, MEDIUM = 126, LONG = 127 };
enum { AT_ONCE = 512 };

/* For so many seconds it is looked again and again before this process sleeps. */
static const double AWAKE = 200e-6;

/* As in frames.py. */
static const unsigned char MASK[4] = {0x37, 0xfa, 0x21, 0x3d};

struct client {
    int socket;
    int is_strange;     /* what comes next is left to Python */
    uint64_t left;      /* bytes of a payload that are still to come */
    int64_t heard;      /* messages since it last answered */
    int64_t received;   /* all messages */
    const char *answer; /* kept by Python */
    size_t answer_size;
    char *unsent; /* what the socket did not take */
    size_t unsent_size;
};

struct listener {
    int epoll;
    int counts_bytes;
    int shares_core;
    double idle; /* seconds that were spent on looking in vain */
    uint64_t longest_word;
    int64_t awaited;  /* messages before a client answers; 0: it never does */
    int64_t unsettled; /* messages before it acknowledges all it has; 0: it never does */
    int64_t scatter;   /* how much earlier each client does that than the one before */
    int64_t heard;
    int64_t answers;
    unsigned char *buffer; /* of Python, shared by all */
    size_t capacity;
    struct client *clients;
    size_t number;
};

struct listener *listener_new(unsigned char *buffer, size_t capacity, uint64_t longest_word,
                              int counts_bytes, int shares_core)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return NULL;
    listener->epoll = epoll_create1(EPOLL_CLOEXEC);
    listener->buffer = buffer;
    listener->capacity = capacity;
    listener->longest_word = longest_word;
    listener->counts_bytes = counts_bytes;
    listener->shares_core = shares_core;
    return listener;
}

void listener_end(struct listener *listener)
{
    for (size_t at = 0; at < listener->number; at++)
        free(listener->clients[at].unsent);
    close(listener->epoll);
    free(listener->clients);
    free(listener);
}

static int watch(struct listener *listener, size_t number, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u64 = number};
    return epoll_ctl(listener->epoll, how, listener->clients[number].socket, &event);
}

/* Its number, or -1. */
int64_t listener_add(struct listener *listener, int socket, const char *answer, size_t answer_size)
{
    size_t number = listener->number;
    struct client *more = realloc(listener->clients, (number + 1) * sizeof *more);
    if (!more)
        return -1;
    listener->clients = more;
    more[number] = (struct client){socket, .answer = answer, .answer_size = answer_size};
    listener->number = number + 1;
    return watch(listener, number, EPOLL_CTL_ADD, EPOLLIN) ? -1 : (int64_t)number;
}

void listener_await(struct listener *listener, int64_t awaited)
{
    listener->awaited = awaited;
    for (size_t at = 0; at < listener->number; at++)
        listener->clients[at].heard = 0;
}

void listener_acknowledge(struct listener *listener, int64_t unsettled, int64_t scatter)
{
    listener->unsettled = unsettled;
    listener->scatter = scatter;
}

int64_t listener_heard(const struct listener *listener)
{
    return listener->heard;
}

int64_t listener_answers(const struct listener *listener)
{
    return listener->answers;
}

double listener_idle(const struct listener *listener)
{
    return listener->idle;
}

void listener_is_strange(struct listener *listener, size_t number, int is_strange)
{
    listener->clients[number].is_strange = is_strange;
}

/* Send, and keep what the socket does not take. -1 where there is no memory for that. */
int listener_send(struct listener *listener, size_t number, const char *data, size_t size)
{
    struct client *client = &listener->clients[number];
    if (!client->unsent_size) {
        ssize_t sent = send(client->socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            data += sent;
            size -= sent;
        }
        if (!size)
            return 0;
        watch(listener, number, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
    char *longer = realloc(client->unsent, client->unsent_size + size);
    if (!longer)
        return -1;
    memcpy(longer + client->unsent_size, data, size);
    client->unsent = longer;
    client->unsent_size += size;
    return 0;
}

static void send_rest(struct listener *listener, size_t number)
{
    struct client *client = &listener->clients[number];
    ssize_t sent =
        send(client->socket, client->unsent, client->unsent_size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        client->unsent_size -= sent;
        memmove(client->unsent, client->unsent + sent, client->unsent_size);
    }
    if (!client->unsent_size)
        watch(listener, number, EPOLL_CTL_MOD, EPOLLIN);
}

static void acknowledge(struct listener *listener, size_t number)
{
    unsigned char frame[64] = {FINAL | TEXT};
    const size_t start = 2 + sizeof MASK;
    int size = snprintf((char *)frame + start, sizeof frame - start,
                        "{\"type\":\"sequenceAck\",\"sequenceId\":%" PRId64 "}",
                        listener->clients[number].received);
    frame[1] = MASKED | size;
    memcpy(frame + 2, MASK, sizeof MASK);
    for (int at = 0; at < size; at++)
        frame[start + at] ^= MASK[at % sizeof MASK];
    listener_send(listener, number, (const char *)frame, start + size);
}

/* Each has its own times for that, as real clients have. */
static int is_to_acknowledge(const struct listener *listener, size_t number, int64_t messages)
{
    int64_t every = listener->unsettled;
    int64_t place = listener->clients[number].received + (int64_t)number * listener->scatter;
    return every && place / every > (place - messages) / every;
}

/* So many messages, or bytes of them, have come; a client answers whenever it has all that it
   awaits. */
void listener_count(struct listener *listener, size_t number, int64_t messages)
{
    struct client *client = &listener->clients[number];
    listener->heard += messages;
    client->heard += messages;
    while (listener->awaited && client->heard >= listener->awaited) {
        client->heard -= listener->awaited;
        listener->answers++;
        listener_send(listener, number, client->answer, client->answer_size);
    }
    client->received += messages;
    if (is_to_acknowledge(listener, number, messages))
        acknowledge(listener, number);
}

/* The size of the header of a message, and of its payload; 0 where it is not whole or not one. */
static size_t header(const struct listener *listener, const unsigned char *data, size_t size,
                     uint64_t *payload)
{
    if (size < 2 || (data[0] != (FINAL | TEXT) && data[0] != (FINAL | BINARY)))
        return 0;
    size_t bytes = data[1] == MEDIUM ? 2 : data[1] == LONG ? 8 : 0;
    if (size < 2 + bytes)
        return 0;
    *payload = bytes ? 0 : data[1];
    for (size_t at = 0; at < bytes; at++)
        *payload = *payload << 8 | data[2 + at];
    return *payload > listener->longest_word ? 2 + bytes : 0;
}

/* Count what is in the buffer, up to what is not understood: where that begins. */
static size_t understood(struct listener *listener, size_t number, size_t size)
{
    struct client *client = &listener->clients[number];
    size_t at = 0;
    int64_t messages = 0;
    while (at < size) {
        if (!client->left) {
            size_t bytes = header(listener, listener->buffer + at, size - at, &client->left);
            if (!bytes) {
                client->left = 0;
                break;
            }
            at += bytes;
        }
        size_t now = client->left < size - at ? client->left : size - at;
        client->left -= now;
        at += now;
        if (listener->counts_bytes)
            messages += now;
        else if (!client->left)
            messages++;
    }
    if (messages)
        listener_count(listener, number, messages);
    return at;
}

/* Whether Python has to look at the buffer, from *begin to *end; both are 0 at the end of a
   connection. */
static int is_strange(struct listener *listener, size_t number, size_t *begin, size_t *end)
{
    struct client *client = &listener->clients[number];
    ssize_t size = recv(client->socket, listener->buffer, listener->capacity, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    *begin = 0;
    *end = size > 0 ? size : 0;
    if (size > 0 && !client->is_strange)
        *begin = understood(listener, number, size);
    return size <= 0 || *begin < *end;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/* How many are ready. To wake somebody who sleeps takes a system longer than to send a message, and
   the sender has to do it: one whose clients are on other machines never has. */
static int wait_for(struct listener *listener, struct epoll_event *events, double seconds)
{
    int ready = 0;
    if (!listener->shares_core) {
        double begun = now(), time = begun;
        while (!ready && time - begun < AWAKE) {
            ready = epoll_wait(listener->epoll, events, AT_ONCE, 0);
            time = now();
        }
        listener->idle += time - begun;
    }
    return ready ? ready : epoll_wait(listener->epoll, events, AT_ONCE, (int)(seconds * 1e3) + 1);
}

/* Until so much has been heard, or the time is over: -1. Or until Python has to look at what a
   client was sent: its number. Events of others are told again by the next call. */
int64_t listener_listen(struct listener *listener, int64_t wanted, double seconds, size_t *begin,
                        size_t *end)
{
    struct epoll_event events[AT_ONCE];
    double until = now() + seconds, rest;
    while (listener->heard < wanted && (rest = until - now()) > 0) {
        int ready = wait_for(listener, events, rest);
        for (int at = 0; at < ready; at++) {
            size_t number = events[at].data.u64;
            if (events[at].events & EPOLLOUT)
                send_rest(listener, number);
            if (events[at].events & ~EPOLLOUT && is_strange(listener, number, begin, end))
                return number;
        }
    }
    return -1;
}

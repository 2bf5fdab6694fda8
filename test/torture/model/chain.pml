/*
 * Two tasks of one process, one message, and a chain of a first store and a mirror. The first store
 * goes away between any two steps. `spin -run chain.pml` looks at all orders.
 *
 * -DNO_TOKEN   a release compares no token: the search must fail
 * -DNO_LOCK    takes and releases do not wait for one another: the search must fail
 *
 * A lease is one event for all stores. Not here: replay, a first store that comes back, several
 * processes; test/fault/fallback searches those at random.
 */
#define FIRST 0
#define MIRROR 1
#define GRANTS 4
mtype = { absent, held, sent };
mtype st[2] = absent;
byte tok[2];               /* of a hold; 0: nobody's */
bool retried[2];           /* an earlier try of the message may have arrived */
bool live[GRANTS + 1];     /* the lease of a token runs */
byte granted;              /* tokens so far */
bool up = true;            /* the first store */
bool locked;
bool acked;                /* somebody was told that the code is marked */
byte mine[2];
bool owns[2];              /* a task was told that it owns the message, and has not let go */

#define uncertain(s) (st[s] == held && !live[tok[s]])
#ifdef NO_TOKEN
#define isOwners(s, t) (st[s] == held)
#else
#define isOwners(s, t) (st[s] == held && tok[s] == t)
#endif
inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }
#ifdef NO_LOCK
#define lockHold() skip
#define unlockHold() skip
#else
#define lockHold() lock()
#define unlockHold() unlock()
#endif

inline newToken() { d_step { granted++; t = granted; live[t] = true; won = false; marked = acked } }

inline hold(s) { d_step { st[s] = held; tok[s] = t; retried[s] = false } }

/* One owner at a time; and none after a mark that was acknowledged before the call began. */
inline tell() {
  d_step {
    if
    :: won ->
      assert(!(owns[1 - me] && live[mine[1 - me]]) && !marked);
      mine[me] = t;
      owns[me] = true
    :: else -> live[t] = false
    fi
  }
}

inline claimOn(s) {
  atomic { won = (st[s] == absent || (st[s] == held && tok[s] == t)); if :: won -> hold(s) :: else fi }
}

inline takeOn(s) {
  atomic { won = uncertain(s); if :: won -> tok[s] = t; retried[s] = true :: else fi }
}

/* The mirror holds the code first, so that it never offers what the first store may have given. */
inline claim() {
  lock();
  newToken();
  if
  :: up ->
    atomic { if :: st[MIRROR] == absent -> hold(MIRROR) :: else fi }
    if
    :: up -> claimOn(FIRST);
      if
      :: up ->
        atomic {
          if
          :: won && st[MIRROR] != sent -> hold(MIRROR)
          :: !won && st[MIRROR] == held && tok[MIRROR] == t -> st[MIRROR] = absent
          :: else
          fi
        }
      :: !up -> claimOn(MIRROR)              /* its answer is lost */
      fi
    :: !up -> claimOn(MIRROR)
    fi
  :: !up -> claimOn(MIRROR)
  fi;
  tell();
  unlock()
}

inline take() {
  lockHold();
  newToken();
  if
  :: up -> takeOn(FIRST);
    if
    :: won -> atomic { if :: uncertain(MIRROR) -> tok[MIRROR] = t; retried[MIRROR] = true :: else fi }
    :: !up -> takeOn(MIRROR)                 /* its answer is lost */
    :: !won && up
    fi
  :: !up -> takeOn(MIRROR)
  fi;
  tell();
  unlockHold()
}

inline freeOn(s) {
  atomic { if :: !isOwners(s, mine[me]) :: else -> if :: retried[s] -> tok[s] = 0 :: else -> st[s] = absent fi fi }
}

inline release() {
  owns[me] = false;
  lockHold();
  if :: up -> freeOn(FIRST) :: !up fi;
  freeOn(MIRROR);
  unlockHold()
}

/* Accepted from everybody, however late. */
inline confirm() {
  st[MIRROR] = sent;
  atomic { if :: up -> st[FIRST] = sent :: else fi; acked = true; owns[me] = false }
}

active [2] proctype task() {
  byte me = _pid, t;
  bool won, marked;
  do
  :: !owns[me] && granted < GRANTS - 1 -> if :: claim() :: take() fi
  :: !owns[me] && granted >= GRANTS - 1 -> break
  :: owns[me] -> if :: release() :: confirm() :: owns[me] = false /* a crash */ fi
  od
}

active proctype time() {
  byte t = 1;
end:
  do
  :: atomic { live[t] -> live[t] = false }
  :: t = t % GRANTS + 1
  od
}

active proctype outage() { up = false }

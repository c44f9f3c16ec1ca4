package dev.todo.account;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * For resources that work for the current user: a few requests of each at once, as {@link ConcurrencyLimit} has it. Not for
 * what takes a session from a thief, who could keep the turns.
 */
@NameBinding
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface ConcurrencyLimited {}

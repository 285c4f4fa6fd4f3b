// Made by the Supabase CLI from the schema 9006948f2e60dc6ecdd7a9c2b3fd6f7490254c6e1353d7721a7b4349fb794056; `npm run types` makes it anew.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      blocks: {
        Row: {
          content: NonNullable<Json>;
          content_hash: string;
          document_id: string;
          embedding: string | null;
          embedding_hash: string | null;
          embedding_standby: string | null;
          embedding_standby_hash: string | null;
          id: string;
          parent_path: unknown;
          plain_text: string;
          search_words: unknown;
          sort_order: string;
          text_hash: string | null;
          type: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          content: NonNullable<Json>;
          content_hash: string;
          document_id: string;
          embedding?: string | null;
          embedding_hash?: string | null;
          embedding_standby?: string | null;
          embedding_standby_hash?: string | null;
          id: string;
          parent_path?: unknown;
          plain_text?: string;
          search_words?: never;
          sort_order: string;
          text_hash?: never;
          type: string;
          updated_at?: string;
        };
        Update: {
          content?: NonNullable<Json>;
          content_hash?: string;
          document_id?: string;
          embedding?: string | null;
          embedding_hash?: string | null;
          embedding_standby?: string | null;
          embedding_standby_hash?: string | null;
          id?: string;
          parent_path?: unknown;
          plain_text?: string;
          search_words?: never;
          sort_order?: string;
          text_hash?: never;
          type?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "blocks_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_heads: {
        Row: {
          document_id: string;
          last_seq: number;
          projected_seq: number;
          pruned_seq: number;
          schema_version: number;
          snapshot_bytes: number;
          snapshot_seq: number;
          tail_bytes: number;
        };
        ComputedFields: never;
        Insert: {
          document_id: string;
          last_seq?: number;
          projected_seq?: number;
          pruned_seq?: number;
          schema_version?: number;
          snapshot_bytes?: number;
          snapshot_seq?: number;
          tail_bytes?: number;
        };
        Update: {
          document_id?: string;
          last_seq?: number;
          projected_seq?: number;
          pruned_seq?: number;
          schema_version?: number;
          snapshot_bytes?: number;
          snapshot_seq?: number;
          tail_bytes?: number;
        };
        Relationships: [
          {
            foreignKeyName: "document_heads_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: true;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_links: {
        Row: {
          block_id: string;
          document_id: string;
          target_id: string;
        };
        ComputedFields: never;
        Insert: {
          block_id: string;
          document_id: string;
          target_id: string;
        };
        Update: {
          block_id?: string;
          document_id?: string;
          target_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "document_links_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_quarantine: {
        Row: {
          created_at: string;
          document_id: string;
          reason: string;
          seq: number;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          document_id: string;
          reason: string;
          seq: number;
        };
        Update: {
          created_at?: string;
          document_id?: string;
          reason?: string;
          seq?: number;
        };
        Relationships: [
          {
            foreignKeyName: "document_quarantine_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_sessions: {
        Row: {
          document_id: string;
          opened_at: string;
          pruned_client_seq: number | null;
          public_key: string | null;
          schema_version: number;
          session_id: string;
          user_id: string | null;
          yjs_client_id: number;
        };
        ComputedFields: never;
        Insert: {
          document_id: string;
          opened_at?: string;
          pruned_client_seq?: number | null;
          public_key?: string | null;
          schema_version?: number;
          session_id: string;
          user_id?: string | null;
          yjs_client_id: number;
        };
        Update: {
          document_id?: string;
          opened_at?: string;
          pruned_client_seq?: number | null;
          public_key?: string | null;
          schema_version?: number;
          session_id?: string;
          user_id?: string | null;
          yjs_client_id?: number;
        };
        Relationships: [
          {
            foreignKeyName: "document_sessions_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_snapshots: {
        Row: {
          created_at: string;
          document_id: string;
          sha256: string;
          state: string;
          upto_seq: number;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          document_id: string;
          sha256: string;
          state: string;
          upto_seq: number;
        };
        Update: {
          created_at?: string;
          document_id?: string;
          sha256?: string;
          state?: string;
          upto_seq?: number;
        };
        Relationships: [
          {
            foreignKeyName: "document_snapshots_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
        ];
      };
      document_updates: {
        Row: {
          client_seq: number;
          created_at: string;
          data: string;
          document_id: string;
          seq: number;
          session_id: string;
          sha256: string;
        };
        ComputedFields: never;
        Insert: {
          client_seq: number;
          created_at?: string;
          data: string;
          document_id: string;
          seq: number;
          session_id: string;
          sha256: string;
        };
        Update: {
          client_seq?: number;
          created_at?: string;
          data?: string;
          document_id?: string;
          seq?: number;
          session_id?: string;
          sha256?: string;
        };
        Relationships: [
          {
            foreignKeyName: "document_updates_document_id_fkey";
            columns: ["document_id"];
            isOneToOne: false;
            referencedRelation: "documents";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "document_updates_document_id_session_id_fkey";
            columns: ["document_id", "session_id"];
            isOneToOne: false;
            referencedRelation: "document_sessions";
            referencedColumns: ["document_id", "session_id"];
          },
        ];
      };
      documents: {
        Row: {
          created_at: string;
          created_by: string | null;
          id: string;
          links_changed_at: string | null;
          parent_path: unknown;
          sort_order: string;
          title: string;
          trashed_at: string | null;
          trashed_by: string | null;
          trashed_root: string | null;
          updated_at: string;
          workspace_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          created_by?: string | null;
          id?: string;
          links_changed_at?: string | null;
          parent_path?: unknown;
          sort_order: string;
          title?: string;
          trashed_at?: string | null;
          trashed_by?: string | null;
          trashed_root?: string | null;
          updated_at?: string;
          workspace_id: string;
        };
        Update: {
          created_at?: string;
          created_by?: string | null;
          id?: string;
          links_changed_at?: string | null;
          parent_path?: unknown;
          sort_order?: string;
          title?: string;
          trashed_at?: string | null;
          trashed_by?: string | null;
          trashed_root?: string | null;
          updated_at?: string;
          workspace_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "documents_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      invitations: {
        Row: {
          accepted_at: string | null;
          accepted_by: string | null;
          created_at: string;
          created_by: string | null;
          expires_at: string;
          id: string;
          revoked_at: string | null;
          role: string;
          token_hash: string;
          workspace_id: string;
        };
        ComputedFields: never;
        Insert: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          created_by?: string | null;
          expires_at: string;
          id?: string;
          revoked_at?: string | null;
          role: string;
          token_hash: string;
          workspace_id: string;
        };
        Update: {
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_at?: string;
          created_by?: string | null;
          expires_at?: string;
          id?: string;
          revoked_at?: string | null;
          role?: string;
          token_hash?: string;
          workspace_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "invitations_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      profiles: {
        Row: {
          color: number;
          created_at: string;
          id: string;
          name: string;
        };
        ComputedFields: never;
        Insert: {
          color?: number;
          created_at?: string;
          id: string;
          name: string;
        };
        Update: {
          color?: number;
          created_at?: string;
          id?: string;
          name?: string;
        };
        Relationships: [];
      };
      workspace_members: {
        Row: {
          created_at: string;
          role: string;
          user_id: string;
          workspace_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          role: string;
          user_id: string;
          workspace_id: string;
        };
        Update: {
          created_at?: string;
          role?: string;
          user_id?: string;
          workspace_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "workspace_members_workspace_id_fkey";
            columns: ["workspace_id"];
            isOneToOne: false;
            referencedRelation: "workspaces";
            referencedColumns: ["id"];
          },
        ];
      };
      workspaces: {
        Row: {
          access_epoch: number;
          created_at: string;
          created_by: string | null;
          id: string;
          name: string;
          seed_claimed_at: string | null;
          seeded_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          access_epoch?: number;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name: string;
          seed_claimed_at?: string | null;
          seeded_at?: string | null;
        };
        Update: {
          access_epoch?: number;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name?: string;
          seed_claimed_at?: string | null;
          seeded_at?: string | null;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      accept_invitation: { Args: { p_token: string }; Returns: Json };
      active_model: { Args: Record<PropertyKey, never>; Returns: Json };
      admit_function_call: {
        Args: { p_document_id: string; p_nonce: string; p_signature: string; p_timestamp: string };
        Returns: boolean;
      };
      append_updates: {
        Args: { p_document_id: string; p_session_id: string; p_updates: Json };
        Returns: Json;
      };
      backlinks: {
        Args: { p_document_id: string; p_limit?: number };
        Returns: {
          block_id: string;
          document_id: string;
          path: Json;
          snippet: string;
          snippet_start: number;
          text_length: number;
          title: string;
          type: string;
          updated_at: string;
        }[];
      };
      claim_embedding_jobs: {
        Args: { p_document_id?: string; p_limit?: number; p_models: Json };
        Returns: Json;
      };
      claim_projection_jobs: { Args: { p_document_id?: string; p_limit?: number }; Returns: Json };
      claim_workspace_seed: { Args: { p_workspace_id: string }; Returns: boolean };
      create_document: {
        Args: {
          p_after_id?: string;
          p_id?: string;
          p_parent_id?: string;
          p_title?: string;
          p_workspace_id: string;
        };
        Returns: Json;
      };
      create_invitation: {
        Args: { p_expires_in?: string; p_role: string; p_workspace_id: string };
        Returns: Json;
      };
      delete_account: { Args: { p_user_id: string }; Returns: Json };
      delete_document_forever: { Args: { p_document_id: string }; Returns: undefined };
      describe_invitation: { Args: { p_token: string }; Returns: Json };
      ensure_account: { Args: Record<PropertyKey, never>; Returns: Json };
      explain_queries: { Args: { p_times?: number; p_workspace_id: string }; Returns: Json };
      fail_embedding: { Args: { p_document_id: string; p_error: string; p_lease: string }; Returns: Json };
      fail_projection: { Args: { p_document_id: string; p_error: string; p_lease: string }; Returns: Json };
      finish_embedding: {
        Args: { p_document_id: string; p_lease: string; p_models: number[] };
        Returns: boolean;
      };
      finish_workspace_seed: { Args: { p_workspace_id: string }; Returns: undefined };
      first_blocks: { Args: { p_document_id: string; p_limit?: number }; Returns: Json };
      hand_over_projection: { Args: Record<PropertyKey, never>; Returns: undefined };
      health_report: { Args: Record<PropertyKey, never>; Returns: Json };
      last_edit: { Args: { p_document_id: string }; Returns: Json };
      list_document_people: { Args: { p_document_id: string }; Returns: Json };
      list_refused_updates: { Args: { p_document_id: string }; Returns: Json };
      list_unused_files: { Args: { p_limit?: number }; Returns: Json };
      move_document: {
        Args: { p_after_id?: string; p_document_id: string; p_parent_id: string };
        Returns: Json;
      };
      my_data: { Args: Record<PropertyKey, never>; Returns: Json };
      note_removed_files: { Args: { p_count: number }; Returns: undefined };
      open_document: {
        Args: {
          p_after?: number;
          p_document_id: string;
          p_public_key?: string;
          p_schema_version?: number;
          p_session_id: string;
          p_yjs_client_id: number;
        };
        Returns: Json;
      };
      operations_report: { Args: Record<PropertyKey, never>; Returns: Json };
      preflight_report: { Args: Record<PropertyKey, never>; Returns: Json };
      preview_account_deletion: { Args: Record<PropertyKey, never>; Returns: Json };
      prune_log: { Args: { p_rows?: number }; Returns: Json };
      pull_updates: { Args: { p_after?: number; p_document_id: string }; Returns: Json };
      raise_schema_version: { Args: { p_document_id: string; p_version: number }; Returns: number };
      read_block_hashes: { Args: { p_document_id: string }; Returns: Json };
      read_document_log: {
        Args: { p_after?: number; p_document_id: string; p_snapshot_before?: number };
        Returns: Json;
      };
      read_embedding_texts: {
        Args: { p_document_id: string; p_limit?: number; p_model_id: number };
        Returns: Json;
      };
      related_blocks: {
        Args: { p_block_id: string; p_document_id: string; p_limit?: number };
        Returns: {
          block_id: string;
          document_id: string;
          path: Json;
          score: number;
          snippet: string;
          snippet_start: number;
          text_length: number;
          title: string;
          type: string;
          updated_at: string;
        }[];
      };
      remove_member: { Args: { p_user_id: string; p_workspace_id: string }; Returns: undefined };
      restore_document: { Args: { p_document_id: string }; Returns: Json };
      revoke_invitation: { Args: { p_id: string }; Returns: undefined };
      search_blocks: {
        Args: {
          p_after?: string;
          p_before?: string;
          p_embedding?: string;
          p_limit?: number;
          p_model?: string;
          p_person?: string;
          p_query: string;
          p_types?: string[];
          p_within?: string;
          p_workspace_id: string;
        };
        Returns: {
          block_id: string;
          document_id: string;
          meaning: number;
          path: Json;
          score: number;
          snippet: string;
          snippet_start: number;
          text_length: number;
          title: string;
          type: string;
          updated_at: string;
          words: number;
        }[];
      };
      search_documents: {
        Args: { p_limit?: number; p_query: string; p_workspace_id: string };
        Returns: {
          document_id: string;
          path: Json;
          score: number;
          title: string;
          updated_at: string;
        }[];
      };
      search_status: { Args: { p_workspace_id: string }; Returns: Json };
      set_member_role: { Args: { p_role: string; p_user_id: string; p_workspace_id: string }; Returns: Json };
      time_opening: { Args: { p_document_id: string; p_times?: number }; Returns: number[] };
      trash_document: { Args: { p_document_id: string }; Returns: Json };
      workspace_home: { Args: { p_limit?: number; p_workspace_id: string }; Returns: Json };
      write_embeddings: {
        Args: { p_document_id: string; p_lease: string; p_model_id: number; p_vectors: Json };
        Returns: number;
      };
      write_projection: {
        Args: {
          p_deletes: string[];
          p_document_id: string;
          p_final?: boolean;
          p_lease: string;
          p_quarantine?: Json;
          p_title: string;
          p_upserts: Json;
          p_upto_seq: number;
        };
        Returns: Json;
      };
      write_snapshot: {
        Args: {
          p_document_id: string;
          p_lease: string;
          p_quarantine?: Json;
          p_sha256: string;
          p_state: string;
          p_upto_seq: number;
        };
        Returns: boolean;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
